// The npm package `eventsource-client`.
import { createEventSource } from "eventsource-client";

export function listen(url, name, take, fail) {
  const source = createEventSource({
    url: new URL(url, document.baseURI),
    onMessage: ({ event, data }) => {
      if (event === name) take(JSON.parse(data));
    },
    onDisconnect: () => fail(new Error("the connection is lost")),
  });
  return () => source.close();
}
