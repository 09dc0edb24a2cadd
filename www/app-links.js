// @ts-check
// Shows links to the example apps that the server has.
import { byId, html } from "./dom.js";

/** @type {Record<string, string>} */
const TITLES = { leptos: "Leptos", yew: "Yew" };

const answer = await fetch("/apps.json");
/** @type {string[]} */
const names = answer.ok ? await answer.json() : [];
const links = names.map((name) => html("a", { href: `/apps/${name}/` }, TITLES[name] ?? name));
byId("pages").append(...links);
