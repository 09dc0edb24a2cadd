// What a page bundles to use this client.
export { default, EventSource } from "typed-eventsource";
