// @ts-check
export { EventSourceError } from "./error.js";
export { resilientFetch } from "./resilient/fetch.js";

import { provide } from "./init.js";
import { bytesOf } from "./wasm-text.js";
// The last one, as in `index.js`.
import { text } from "./wasm/engine.js";

provide(
  () => bytesOf(text),
  () => import("./wasm/engine-in-javascript.js"),
);
