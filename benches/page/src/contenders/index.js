// The contenders in JavaScript. Each `listen(url, name, take, fail)` opens a source. It calls `take` with the parsed data of each
// event of this name, or `fail` with an error, and returns a function that closes the source.
import { listen as browser } from "./browser.js";
import { listen as eventsource } from "./eventsource.js";
import { listen as eventsourceClient } from "./eventsource-client.js";
import { listen as eventsourceParser } from "./eventsource-parser.js";
import { listen as fetchEventSource } from "./fetch-event-source.js";
import { listenByBrowser as oursByBrowser, listenByFetch as oursByFetch } from "./ours.js";

export const listeners = {
  browser,
  eventsource,
  "eventsource-client": eventsourceClient,
  "eventsource-parser": eventsourceParser,
  "fetch-event-source": fetchEventSource,
  "ours-js-browser": oursByBrowser,
  "ours-js-fetch": oursByFetch,
};
