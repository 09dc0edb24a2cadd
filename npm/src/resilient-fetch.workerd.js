// @ts-check
// `resilientFetch` in Cloudflare Workers, which may import WebAssembly, but not compile it.

import { provide } from "./init.js";
import module from "./wasm/typed_eventsource_bg.wasm";

export { EventSourceError } from "./error.js";
export { resilientFetch } from "./resilient/fetch.js";

provide(() => module);
