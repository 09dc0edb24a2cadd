// @ts-check
// The WebAssembly.

import { EventSourceError } from "./error.js";

/** @typedef {import("./index.js").WasmSource} WasmSource */

/**
 * The exports of the WebAssembly, once it is there. The JavaScript that wasm-bindgen generates for it would be as large
 * as the rest of the code that calls it. Numbers need none of it, and `memory.js` passes bytes.
 *
 * @type {typeof import("./wasm/typed_eventsource_bg.wasm")}
 */
export let wasm;
/** @type {Promise<void> | undefined} */
let loading;

/** @param {WasmSource | PromiseLike<WasmSource> | (() => Promise<WasmSource>)} source */
export function init(source) {
  if (wasm) return Promise.resolve();
  loading ??= load(source).catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/**
 * The functions that the WebAssembly imports. It calls them just before a trap, or in setup code that is never used.
 */
const imports = new Proxy({}, { get: () => () => {} });

/** @param {WebAssembly.Module | BufferSource} source */
export function initSync(source) {
  if (wasm) return;
  const module = source instanceof WebAssembly.Module ? source : new WebAssembly.Module(source);
  const { exports } = new WebAssembly.Instance(module, { "./typed_eventsource_bg.js": imports });
  wasm = /** @type {any} */ (exports);
}

/** Throws if the package is not initialised: a source needs the WebAssembly from its start on. */
export function checkInitialised() {
  if (!wasm) throw new EventSourceError("not-initialised", "typed-eventsource is not initialised yet: `await init()` first");
}

/** @param {WasmSource | PromiseLike<WasmSource> | (() => Promise<WasmSource>)} source */
async function load(source) {
  initSync(await compile(await (typeof source === "function" ? source() : source)));
}

/** @param {WasmSource} source */
async function compile(source) {
  if (typeof source === "string" || source instanceof URL) source = await fetch(source);
  if (!("arrayBuffer" in source)) return source instanceof WebAssembly.Module ? source : WebAssembly.compile(source);
  if (!source.ok) throw new Error(`typed-eventsource: ${source.url} answered with status ${source.status}`);
  return WebAssembly.compile(await source.arrayBuffer());
}
