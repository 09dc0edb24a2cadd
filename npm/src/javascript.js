// @ts-check
// The package whose engine is JavaScript, also where there is WebAssembly.

import { use } from "./init.js";
import * as engine from "./wasm/engine-in-javascript.js";

export { onCountdown } from "./countdown.js";
export { EventSourceError } from "./error.js";
export { EventSource } from "./event-source.js";
export { init as default, init, initSync } from "./init.js";

use(engine);
