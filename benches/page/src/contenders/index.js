// The contenders in JavaScript. Each opens a source and hands over the data of each event of one name, parsed, until the
// function that it returns is called.
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
