// What a page bundles to use this client.
export { EventSource } from "eventsource";
