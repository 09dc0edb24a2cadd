// What is bundled and weighed for this client.
export { createParser } from "eventsource-parser";
