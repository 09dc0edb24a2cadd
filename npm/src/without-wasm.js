// @ts-check
// The package without the WebAssembly, for those who have it as a file.

export { init as default, init, initSync } from "./init.js";
export { onCountdown } from "./countdown.js";
export { EventSourceError } from "./error.js";
export { EventSource } from "./event-source.js";
