// What a page bundles to use this client in Svelte, without Svelte.
export { EventSource } from "typed-eventsource";
export { createEventSource } from "typed-eventsource/svelte";
