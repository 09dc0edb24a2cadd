// What a page bundles to use this client.
export { fetchEventSource } from "@microsoft/fetch-event-source";
