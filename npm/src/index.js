// @ts-check
export * from "./exports.js";
export { default } from "./exports.js";

import { provide } from "./init.js";
import { provideTabs } from "./sharing.js";
import { bytesOf } from "./wasm-text.js";
// The last one, after the exports, so that bundles end with the WebAssembly: what compresses a bundle by pieces then has it in one of
// them, and finds repeated code within its window.
import { text } from "./wasm/engine.js";

provide(
  () => bytesOf(text),
  () => import("./wasm/engine-in-javascript.js"),
);
provideTabs(() => import("./tabs/in-parts.js"));
