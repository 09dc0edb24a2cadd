// A service worker, in which `import()` is not allowed. It listens to a stream over each transport until its first event.

import { EventSource } from "typed-eventsource";

async function listen(url: string) {
  const told: unknown[] = [];
  for (const transport of ["browser", "fetch"] as const) {
    const source = new EventSource(url, { transport });
    for await (const { data } of source.events("message")) {
      told.push(data);
      break;
    }
    source.close();
  }
  return told;
}

addEventListener("message", (event) => {
  const { data, ports } = event as MessageEvent<string>;
  const answered = listen(data)
    .catch(String)
    .then((answer) => ports[0]?.postMessage(answer));
  (event as unknown as { waitUntil(promise: Promise<unknown>): void }).waitUntil(answered);
});
