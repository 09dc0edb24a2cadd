// @ts-check
// The engine, in WebAssembly or in JavaScript, and how it is started: by the first source, or by `init`.

import { EventSourceError, messageOf } from "./error.js";

/** @typedef {import("./index.js").WasmSource} WasmSource */
/** @typedef {typeof import("./wasm/typed_eventsource_bg.wasm")} Engine */

/**
 * The exports of the WebAssembly, once it is there. The JavaScript that wasm-bindgen generates for it would be as large
 * as the rest of the code that calls it. Numbers need none of it, and `memory.js` passes bytes.
 *
 * @type {Engine}
 */
export let wasm;

/** Resolves once an engine that could not be started at once is there. @type {Promise<void> | undefined} */
export let loading;

/** @type {(() => WebAssembly.Module | Uint8Array<ArrayBuffer>) | undefined} */
let getWasm;
/** @type {(() => Promise<Engine>) | undefined} */
let importJavaScript;

/**
 * Says where an engine is, which an entry of the package does. The JavaScript is only loaded where there is no WebAssembly.
 *
 * @param {() => WebAssembly.Module | Uint8Array<ArrayBuffer>} getter
 * @param {() => Promise<Engine>} [importFallback]
 */
export function provide(getter, importFallback) {
  getWasm = getter;
  importJavaScript = importFallback;
}

/** @param {Engine} engine */
export const use = (engine) => void (wasm ??= engine);

/** Starts the engine, unless it was started. */
export function start() {
  if (wasm || loading) return;
  if (!getWasm) throw failure("of `typed-eventsource/without-wasm` is not there yet: call `init` first");
  try {
    initSync(getWasm());
  } catch (cause) {
    // Chrome before 114 compiles so much in the background only.
    if (cause instanceof RangeError) load(instantiate(getWasm()));
    // There is no WebAssembly, or a content security policy forbids it.
    else if (importJavaScript) load(importJavaScript().then(use));
    else throw failure(`could not be started: ${messageOf(cause)}`, cause);
  }
}

/** @param {WasmSource | PromiseLike<WasmSource> | (() => Promise<WasmSource>)} [source] */
export async function init(source) {
  if (wasm) return;
  if (!loading && source) load(read(source).then(instantiate));
  start();
  await loading;
}

/**
 * What the WebAssembly imports: functions that it calls just before a trap, or in setup code that is never used.
 */
const imports = { "./typed_eventsource_bg.js": new Proxy({}, { get: () => () => {} }) };

/** @param {WebAssembly.Module | BufferSource} source */
export function initSync(source) {
  if (wasm) return;
  const module = source instanceof WebAssembly.Module ? source : new WebAssembly.Module(source);
  use(/** @type {any} */ (new WebAssembly.Instance(module, imports).exports));
}

/** @param {WebAssembly.Module | BufferSource} source */
async function instantiate(source) {
  /** @type {any} */
  const result = await WebAssembly.instantiate(/** @type {BufferSource} */ (source), imports);
  use((result.instance ?? result).exports);
}

/** @param {Promise<void>} promise */
function load(promise) {
  loading = promise.catch((cause) => {
    loading = undefined;
    throw failure(`could not be loaded: ${messageOf(cause)}`, cause);
  });
  // Every source reports it, and `init` rejects with it.
  loading.catch(() => {});
}

/** @param {string} problem @param {unknown} [cause] */
const failure = (problem, cause) => new EventSourceError("not-initialised", `the engine ${problem}`, { cause });

/** @param {WasmSource | PromiseLike<WasmSource> | (() => Promise<WasmSource>)} from */
async function read(from) {
  let source = await (typeof from === "function" ? from() : from);
  if (typeof source === "string" || source instanceof URL) source = await fetch(source);
  if (!("arrayBuffer" in source)) return source;
  if (!source.ok) throw new Error(`${source.url} answered with status ${source.status}`);
  return source.arrayBuffer();
}
