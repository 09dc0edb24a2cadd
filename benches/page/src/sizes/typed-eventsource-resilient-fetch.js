// What a page bundles to have a `fetch` that survives.
export { resilientFetch } from "typed-eventsource/resilient-fetch";
