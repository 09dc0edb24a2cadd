// @ts-check
// The package whose engine is JavaScript, also where there is WebAssembly.

import { use } from "./init.js";
import * as engine from "./wasm/engine-in-javascript.js";

export * from "./exports.js";
export { default } from "./exports.js";
import "./without-tabs.js";

use(engine);
