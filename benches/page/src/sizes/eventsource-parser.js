// What a page bundles to use this client.
export { createParser } from "eventsource-parser";
