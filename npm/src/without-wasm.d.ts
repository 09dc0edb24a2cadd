import type { WasmSource } from "./index.js";

export * from "./index.js";

/**
 * Starts the engine, once, with the WebAssembly that is given; further calls wait for the first. Sources that are opened while it is
 * loading wait for it, and throw an `EventSourceError` (`not-initialised`) if it has not been called.
 */
export function init(source: WasmSource | PromiseLike<WasmSource>): Promise<void>;
export default init;
