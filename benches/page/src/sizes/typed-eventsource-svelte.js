// What a page bundles to use this client in Svelte; Svelte itself is left out.
export { EventSource } from "typed-eventsource";
export { createEventSource } from "typed-eventsource/svelte";
