// What a page bundles to use this client in Solid, without Solid.
export { EventSource } from "typed-eventsource";
export { createEventSource } from "typed-eventsource/solid";
