// @ts-check
// What every entry of the package exports. An entry only adds where its engine comes from.

export { onCountdown } from "./countdown.js";
export { EventSourceError } from "./error.js";
export { EventSource } from "./event-source.js";
export { init as default, init, initSync } from "./init.js";
