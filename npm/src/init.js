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

/** Resolves once the engine is there, if it could not be started at once. @type {Promise<void> | undefined} */
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

let announce = () => {};
/** Resolves once there is an engine, wherever it came from. @type {Promise<void>} */
const announced = new Promise((resolve) => (announce = resolve));

/** @param {Engine} engine */
export function use(engine) {
  wasm ??= engine;
  announce();
}

/** Starts the engine, unless it was started. Throws if there is none. */
export function start() {
  if (wasm || loading) return;
  if (!getWasm) throw failure("of `typed-eventsource/without-wasm` is not there yet: call `init` first");
  const started = startProvided();
  if (!wasm) load(started);
}

/** Starts the engine that the entry of the package has, at once if that can be. */
async function startProvided() {
  const getter = /** @type {NonNullable<typeof getWasm>} */ (getWasm);
  try {
    initSync(getter());
  } catch (cause) {
    try {
      // Chrome before 114 compiles so much in the background only.
      if (!(cause instanceof RangeError)) throw cause;
      await instantiate(getter());
    } catch {
      // There is no WebAssembly or no memory for it, or a content security policy forbids it.
      if (!importJavaScript) throw cause;
      use(await importJavaScript());
    }
  }
}

/** @param {WasmSource | PromiseLike<WasmSource>} [source] */
export function init(source) {
  const started = startFrom(source);
  // The sources report it, too.
  started.catch(() => {});
  return started;
}

/** @param {WasmSource | PromiseLike<WasmSource>} [source] */
async function startFrom(source) {
  if (!source || wasm || loading) {
    start();
    return loading;
  }
  const given = read(source).then(instantiate);
  // What is wrong with the given one is no reason to fail for sources that could have started without it.
  load(getWasm ? given.catch(startProvided) : given);
  return given.catch((cause) => Promise.reject(notLoaded(cause)));
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
  const loaded = promise.catch((cause) => {
    loading = undefined;
    throw notLoaded(cause);
  });
  loading = Promise.race([announced, loaded]);
  // Every source reports it.
  loading.catch(() => {});
}

/** @param {unknown} cause */
function notLoaded(cause) {
  const advice = importJavaScript ? " (`typed-eventsource/javascript` contains one that needs no WebAssembly)" : "";
  return failure(`could not be loaded: ${messageOf(cause)}${advice}`, cause);
}

/** @param {string} problem @param {unknown} [cause] */
const failure = (problem, cause) => new EventSourceError("not-initialised", `the engine ${problem}`, { cause });

/** @param {WasmSource | PromiseLike<WasmSource>} from */
async function read(from) {
  let source = await from;
  if (typeof source === "string" || source instanceof URL) source = await fetch(source);
  if (!("arrayBuffer" in source)) return source;
  if (!source.ok) throw new Error(`${source.url} answered with status ${source.status}`);
  return source.arrayBuffer();
}
