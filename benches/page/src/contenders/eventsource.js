// The npm package `eventsource`: the standard class over fetch.
import { EventSource } from "eventsource";

export function listen(url, name, take, fail) {
  const source = new EventSource(url);
  source.addEventListener(name, ({ data }) => take(JSON.parse(data)));
  source.addEventListener("error", ({ message }) => fail(new Error(message)));
  return () => source.close();
}
