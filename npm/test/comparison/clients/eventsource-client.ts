// The npm package `eventsource-client`.

import { createEventSource } from "eventsource-client";
import type { Client, Listening } from "../client.ts";
import { AT_DONE, BY_CLOSE, IN_OWN_FETCH, ownFetch } from "./own-fetch.ts";

export const eventsourceClient: Client = {
  name: "eventsource-client",
  module: { exports: "createEventSource", load: () => import("eventsource-client") },
  place: "Node.js",
  byHand: { answer: AT_DONE, token: IN_OWN_FETCH, refresh: IN_OWN_FETCH, signal: BY_CLOSE },
  listen(url, { method, body, headers, token, refresh, fetch, signal, answer }) {
    const own = ownFetch({ token, refresh, fetch });
    const listening: Listening = { events: [], failures: [], close: () => source.close() };
    const source = createEventSource({
      url,
      ...(method && { method }),
      ...(body && { body }),
      ...(headers && { headers }),
      ...(own && { fetch: own as never }),
      onMessage({ data }) {
        listening.events.push({ data });
        if (answer && data === "[DONE]") source.close();
      },
      onDisconnect: () => listening.failures.push({}),
      onScheduleReconnect: () => listening.failures.push({}),
    });
    signal?.addEventListener("abort", () => source.close());
    return listening;
  },
  iterate(url) {
    const events = createEventSource(url);
    return { events, close: () => events.close() };
  },
};
