// @ts-check
import { byId, html } from "./dom.js";

const MOST_ENTRIES = 100;

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

/**
 * What an entry is about: `state` and `error` come from the source, `notice` and `market` from the server, `you` from
 * the buttons.
 *
 * @typedef {"state" | "error" | "notice" | "market" | "you"} Kind
 */

/**
 * Puts an entry on top of the log; the oldest goes when there are too many.
 *
 * @param {Kind} kind
 * @param {string} text
 * @param {string} [code] what kind of error it is
 */
export function log(kind, text, code) {
  const now = new Date();
  const entry = html(
    "li",
    { "data-kind": kind },
    html("time", { datetime: now.toISOString() }, time.format(now)),
    html("span", { class: "kind" }, code ?? kind),
    html("span", { class: "text" }, text),
  );
  if (code) entry.dataset.code = code;
  const list = byId("log");
  list.prepend(entry);
  if (list.childElementCount > MOST_ENTRIES) list.lastElementChild?.remove();
}
