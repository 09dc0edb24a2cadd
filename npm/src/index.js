// @ts-check
import { provide } from "./init.js";
import { bytesOf } from "./wasm-text.js";
// The last one, so that bundles end with the WebAssembly: what compresses a bundle by pieces then has it in one of them.
import { text } from "./wasm/engine.js";

export { onCountdown } from "./countdown.js";
export { EventSourceError } from "./error.js";
export { EventSource } from "./event-source.js";
export { init as default, init, initSync } from "./init.js";

provide(
  () => new WebAssembly.Module(bytesOf(text)),
  () => import("./wasm/engine-in-javascript.js"),
);
