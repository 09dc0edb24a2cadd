// @ts-check
import { provide } from "./init.js";
import { bytesOf } from "./wasm-text.js";
// The last one, so that bundles end with the WebAssembly: what compresses a bundle by pieces then has it in one of them.
import { text } from "./wasm/engine.js";

export * from "./exports.js";
export { default } from "./exports.js";

provide(
  () => bytesOf(text),
  () => import("./wasm/engine-in-javascript.js"),
);
