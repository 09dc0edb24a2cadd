// What a page bundles to use this client without WebAssembly.
export { default, EventSource } from "typed-eventsource/javascript";
