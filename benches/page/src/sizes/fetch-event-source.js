// What is bundled and weighed for this client.
export { fetchEventSource } from "@microsoft/fetch-event-source";
