// @ts-check
// The package in Cloudflare Workers, which may import WebAssembly, but not compile it.

import { provide } from "./init.js";
import module from "./wasm/typed_eventsource_bg.wasm";

export { onCountdown } from "./countdown.js";
export { EventSourceError } from "./error.js";
export { EventSource } from "./event-source.js";
export { init as default, init, initSync } from "./init.js";

provide(() => module);
