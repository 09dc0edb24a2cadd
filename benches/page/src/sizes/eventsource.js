// What is bundled and weighed for this client.
export { EventSource } from "eventsource";
