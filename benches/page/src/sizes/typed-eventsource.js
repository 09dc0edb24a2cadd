// What is bundled and weighed for this client.
export { default, EventSource } from "typed-eventsource";
