// @ts-check
// The package whose engine is WebAssembly alone, for bundles that have to be one file.

import { provide } from "./init.js";
import { bytesOf } from "./wasm-text.js";
import { text } from "./wasm/engine.js";

export * from "./exports.js";
export { default } from "./exports.js";

provide(() => bytesOf(text));
