// A service worker, in which `import()` is not allowed. The background of an extension is a service worker too.

import { EventSource } from "typed-eventsource/wasm";
import * as v from "valibot";

import { listen } from "../show.js";

addEventListener("message", (event) => {
  const { data, ports } = event;
  const price = v.object({ symbol: v.string(), price: v.number() });
  const listening = listen(EventSource, price, data, (line) => ports[0].postMessage(line));
  event.waitUntil(listening.catch((error) => ports[0].postMessage(String(error))));
});
