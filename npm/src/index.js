// @ts-check
export { init as default, init, initSync } from "./init.js";
export { EventSourceError } from "./error.js";
export { EventSource } from "./event-source.js";
