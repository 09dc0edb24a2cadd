/**
 * What `shared: "tabs"` needs in a bundle of one file. The entries for these (`typed-eventsource/wasm`, `typed-eventsource/javascript`,
 * `typed-eventsource/without-wasm`) load nothing at run time, so import this beside them. Importing it is enough.
 * `typed-eventsource` loads it when it is needed.
 *
 * @example
 * ```js
 * import { EventSource } from "typed-eventsource/wasm";
 * import "typed-eventsource/tabs";
 *
 * new EventSource("/prices", { shared: "tabs", tabs: { worker: "/typed-eventsource-worker.js" } });
 * ```
 */
export {};
