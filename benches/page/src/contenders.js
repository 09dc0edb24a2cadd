// The contenders in JavaScript, each from its bundle. Each `listen(url, name, take, fail)` opens a source. It calls `take` with the
// parsed data of each event of this name, or `fail` with an error, and returns a function that closes the source.
import { listen as browser } from "./contenders/browser.js";
import { listen as eventsource } from "./contenders/eventsource.js";
import { listen as eventsourceClient } from "./contenders/eventsource-client.js";
import { listen as eventsourceParser } from "./contenders/eventsource-parser.js";
import { listen as fetchEventSource } from "./contenders/fetch-event-source.js";
import { listenAmongTabs as oursAmongTabs, listen as oursByBrowser, listenByFetch as oursByFetch } from "./contenders/ours.js";
import { listen as oursWithoutWasm } from "./contenders/ours-without-wasm.js";

export const clients = {
  browser,
  eventsource,
  "eventsource-client": eventsourceClient,
  "eventsource-parser": eventsourceParser,
  "fetch-event-source": fetchEventSource,
  "ours-js-browser": oursByBrowser,
  "ours-js-fetch": oursByFetch,
  "ours-js-fetch-without-wasm": oursWithoutWasm,
  "ours-js-tabs": oursAmongTabs,
};
