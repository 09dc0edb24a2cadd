// The live demos of a page: each element with `data-demo` gets buttons, the state of its source and what arrives.

import { RecordedServer } from "./server.js";

/**
 * @typedef {import("typed-eventsource").EventSource<any>} Source
 *
 * @typedef {object} Panel
 * @property {(source: Source) => void} opened
 * @property {(text: string) => void} show
 * @property {(state: import("typed-eventsource").State) => void} showState
 * @property {(seconds: number | undefined) => void} showSeconds
 *
 * @typedef {(url: string, panel: Panel) => void | Promise<void>} Watch
 */

/** How many lines are kept. */
const LINES = 12;

for (const element of document.querySelectorAll("[data-demo]")) {
  if (element instanceof HTMLElement) void setUp(element, String(element.dataset.demo));
}

/** @param {HTMLElement} element @param {string} name */
async function setUp(element, name) {
  const { events, watch, refusals = 0, isText = false } = await import(`./${name}.js`);
  const url = new URL(`recorded/${name}`, location.href).href;
  const bar = document.createElement("p");
  const start = button(bar, "Start again", () => play());
  const cut = button(bar, "Cut the connection", () => server?.cut(refusals));
  const status = document.createElement("output");
  bar.append(status);
  const lines = document.createElement(isText ? "p" : "ol");
  lines.className = "lines";
  element.append(bar, lines);

  /** @type {RecordedServer | undefined} */
  let server;
  /** @type {Source | undefined} */
  let source;

  function play() {
    source?.close();
    server?.close();
    lines.replaceChildren();
    server = new RecordedServer(url, events, isText ? 120 : undefined);
    status.className = status.textContent = "connecting";
    cut.disabled = start.disabled = false;
    watch(url, /** @type {Panel} */ ({ opened: (opened) => (source = opened), show, showState, showSeconds }));
  }

  /** @param {string} text */
  function show(text) {
    if (isText) {
      lines.append(text);
      return;
    }
    const line = document.createElement("li");
    line.textContent = text;
    lines.append(line);
    if (lines.childElementCount > LINES) lines.firstElementChild?.remove();
    lines.scrollTop = lines.scrollHeight;
  }

  /** @param {import("typed-eventsource").State} state */
  function showState(state) {
    status.className = state.type;
    status.textContent = state.type === "closed" ? `closed: ${state.reason.type}` : state.type;
    cut.disabled = state.type !== "open";
  }

  /** @param {number | undefined} seconds */
  function showSeconds(seconds) {
    if (seconds) status.textContent = `waiting: next attempt in ${seconds} s`;
  }

  play();
}

/** @param {HTMLElement} bar @param {string} text @param {() => void} press */
function button(bar, text, press) {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = text;
  element.onclick = press;
  bar.append(element);
  return element;
}
