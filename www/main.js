// @ts-check
import { byId } from "./dom.js";

/**
 * Shows a sentence that says why the page cannot start.
 *
 * @param {string} sentence
 */
function giveUp(sentence) {
  const alert = byId("trouble");
  alert.textContent = sentence;
  alert.hidden = false;
  byId("badge").hidden = true;
}

/** Loads the page's modules, which need the package. */
async function load() {
  try {
    return await import("./app.js");
  } catch (error) {
    giveUp(`The npm package in /pkg/ cannot be loaded: build it with “cargo xtask npm”, then reload. (${error})`);
  }
}

if ("WebAssembly" in globalThis && "EventSource" in globalThis) {
  const app = await load();
  app?.run();
} else {
  giveUp("This page is about EventSource in WebAssembly, and this browser lacks one of the two: please open it in a newer one.");
}
