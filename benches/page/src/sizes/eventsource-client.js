// What a page bundles to use this client.
export { createEventSource } from "eventsource-client";
