// The functions that the runner calls.
import initNpm from "/pkg/index.js";
import initRust from "./rust/typed_eventsource_stress.js";
import * as chaos from "./chaos.js";
import * as hostile from "./hostile.js";
import * as soak from "./soak.js";

/** The errors on the page. */
const troubles = [];
addEventListener("error", ({ message }) => troubles.push(message));
addEventListener("unhandledrejection", ({ reason }) => troubles.push(String(reason)));
// Errors that no listener hears go to the console. In these tests there must be none.
console.error = (...words) => troubles.push(words.join(" "));

const [, { memory }] = await Promise.all([initNpm(), initRust()]);

window.tasks = { troubles: () => troubles, chaos, hostile: hostile.begin(memory), soak: soak.begin(memory) };
