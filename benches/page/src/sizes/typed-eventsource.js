export { default, EventSource } from "typed-eventsource";
