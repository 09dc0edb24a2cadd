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

/**
 * Loads the page's modules, which need the package, and starts the page.
 *
 * @param {() => Promise<{ run: () => void }>} load
 */
export async function start(load) {
  if (!("WebAssembly" in globalThis && "EventSource" in globalThis)) {
    giveUp("This page is about EventSource in WebAssembly, and this browser lacks one of the two: please open it in a newer one.");
    return;
  }
  let page;
  try {
    page = await load();
  } catch (error) {
    giveUp(`The npm package in /pkg/ cannot be loaded: build it with “cargo xtask npm”, then reload. (${error})`);
    return;
  }
  page.run();
}
