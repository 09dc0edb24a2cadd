// What a page bundles to use this client in React, without React.
export { EventSource } from "typed-eventsource";
export { useEventSource } from "typed-eventsource/react";
