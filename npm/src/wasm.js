// @ts-check
// The package whose engine is WebAssembly alone, for bundles that have to be one file.

export * from "./exports.js";
export { default } from "./exports.js";
import "./without-tabs.js";

// After the exports, as in `index.js`.
import { provide } from "./init.js";
import { bytesOf } from "./wasm-text.js";
import { text } from "./wasm/engine.js";

provide(() => bytesOf(text));
