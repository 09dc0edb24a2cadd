import type { WasmSource } from "./index.js";

export * from "./index.js";

/** Initialises the package, once, with the WebAssembly that is given; further calls wait for the first. */
export function init(source: WasmSource | PromiseLike<WasmSource>): Promise<void>;
export default init;
