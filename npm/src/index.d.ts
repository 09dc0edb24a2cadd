import type { BufferSource, Response, URL, WasmModule } from "./dom.js";

export * from "./types/attempts.js";
export * from "./types/errors.js";
export * from "./types/events.js";
export * from "./types/options.js";
export * from "./types/parsing.js";
export * from "./types/policy.js";
export * from "./types/source.js";
export * from "./types/state.js";
export * from "./types/transport-options.js";

// It is declared here, so that an app that adds to `CommonInit` or `EventSource` (`declare module`) can name it there without an import.
/** The payload type of each event, by its name: `{ price: Price; halt: { symbol: string } }`. */
export type EventMap = { [name: string]: unknown };

/** Where the WebAssembly may come from. */
export type WasmSource = string | URL | Response | WasmModule | BufferSource;

/**
 * Starts the engine, once, before the first source does; further calls wait for the first. Its WebAssembly comes from the package,
 * or from where it is given; `typed-eventsource/typed_eventsource.wasm` is the same as a file. Sources that are opened while it is
 * loading wait for it. Rejects with an `EventSourceError` (`not-initialised`) if it cannot be loaded.
 */
export function init(source?: WasmSource | PromiseLike<WasmSource>): Promise<void>;
export default init;

/** Starts the engine at once, with WebAssembly that is already loaded. Throws what the browser throws if that is invalid. */
export function initSync(source: WasmModule | BufferSource): void;
