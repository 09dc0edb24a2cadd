// The clients.

import { browser } from "./browser.ts";
import { eventSourcePlus } from "./event-source-plus.ts";
import { eventsourceClient } from "./eventsource-client.ts";
import { eventsource } from "./eventsource.ts";
import { extendedEventsource } from "./extended-eventsource.ts";
import { fetchEventSourceClient } from "./fetch-event-source.ts";
import { sseRuntimeCore } from "./sse-runtime-core.ts";
import { typedEventsource } from "./typed-eventsource.ts";

export const CLIENTS = [
  typedEventsource,
  browser,
  eventsource,
  eventsourceClient,
  fetchEventSourceClient,
  extendedEventsource,
  eventSourcePlus,
  sseRuntimeCore,
];
