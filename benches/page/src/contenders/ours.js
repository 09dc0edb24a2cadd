// This project's npm package.
import { EventSource } from "/pkg/index.js";

const listenWith = (options) => (url, name, take, fail) => {
  const source = new EventSource(url, options);
  source.on(name, ({ data }) => take(data));
  source.onError(fail);
  return () => source.close();
};

export const listenByBrowser = listenWith({});
export const listenByFetch = listenWith({ transport: "fetch" });
