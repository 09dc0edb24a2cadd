// The functions that the runner calls.
import initNpm from "/pkg/index.js";
import initRust from "./rust/typed_eventsource_stress.js";
import * as chaos from "./chaos.js";
import * as hostile from "./hostile.js";
import * as soak from "./soak.js";

/** The errors on the page. */
const pageErrors = [];
addEventListener("error", ({ message }) => pageErrors.push(message));
addEventListener("unhandledrejection", ({ reason }) => pageErrors.push(String(reason)));
// Errors that no listener hears go to the console. In these tests there must be none.
console.error = (...words) => pageErrors.push(words.join(" "));

const [, { memory }] = await Promise.all([initNpm(), initRust()]);

window.tasks = { pageErrors: () => pageErrors, chaos, hostile: hostile.begin(memory), soak: soak.begin(memory) };
