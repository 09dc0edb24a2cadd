// @ts-check
export { onCountdown } from "./countdown.js";
export { EventSourceError } from "./error.js";
export { EventSource } from "./event-source.js";
export { initSync } from "./init.js";
// The last one, so that bundles end with the WebAssembly: what compresses a bundle by pieces then has it in one of them.
export { init as default, init } from "./embedded.js";
