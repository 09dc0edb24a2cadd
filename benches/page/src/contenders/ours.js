// This project's npm package.
import { EventSource } from "typed-eventsource";
import { wasm } from "../../../../pkg/init.js";

const listenWith = (options) => (url, name, take, fail) => {
  const source = new EventSource(url, options);
  source.on(name, ({ data }) => take(data));
  source.onError(fail);
  return () => source.close();
};

export const listen = listenWith({});
export const listenByFetch = listenWith({ transport: "fetch" });
/** The connection is in a shared worker. It ends with its source. */
export const listenAmongTabs = listenWith({ transport: "fetch", shared: "tabs", tabs: { linger: 0 } });

/** How many bytes of memory the package's WebAssembly has. */
export const memory = () => wasm?.memory.buffer.byteLength ?? 0;
