// What a page bundles to use this client in one file, which needs WebAssembly.
export { default, EventSource } from "typed-eventsource/wasm";
