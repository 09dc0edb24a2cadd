// @ts-check
// The package in Cloudflare Workers, which may import WebAssembly, but not compile it.

import { provide } from "./init.js";
import { provideTabs } from "./sharing.js";
import module from "./wasm/typed_eventsource_bg.wasm";

export * from "./exports.js";
export { default } from "./exports.js";

provide(() => module);
provideTabs(() => import("./tabs/in-parts.js"));
