// What a page bundles to use this client in Vue; Vue itself is left out.
export { EventSource } from "typed-eventsource";
export { useEventSource } from "typed-eventsource/vue";
