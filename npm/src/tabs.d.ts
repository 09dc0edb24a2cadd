/**
 * What `shared: "tabs"` needs in a bundle of one file, whose entry of the package loads nothing: `typed-eventsource/wasm`,
 * `typed-eventsource/javascript` or `typed-eventsource/without-wasm`. To import it is enough. `typed-eventsource` loads it where it
 * is needed.
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
