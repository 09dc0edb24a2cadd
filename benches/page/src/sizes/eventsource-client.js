// What is bundled and weighed for this client.
export { createEventSource } from "eventsource-client";
