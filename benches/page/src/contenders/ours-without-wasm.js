// This project's npm package, with its engine in JavaScript.
import { EventSource } from "typed-eventsource/javascript";

export function listen(url, name, take, fail) {
  const source = new EventSource(url, { transport: "fetch" });
  source.on(name, ({ data }) => take(data));
  source.onError(fail);
  return () => source.close();
}
