// What a page bundles to use this client in Vue, without Vue.
export { EventSource } from "typed-eventsource";
export { useEventSource } from "typed-eventsource/vue";
