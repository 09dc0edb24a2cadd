// The npm package `extended-eventsource`.

import { type CustomEvent, EventSource } from "extended-eventsource";
import type { Client, Listening } from "../client.ts";
import { BY_CLOSE, IN_OWN_FETCH, ownFetch } from "./own-fetch.ts";

export const extendedEventsource: Client = {
  name: "extended-eventsource",
  module: { exports: "EventSource", load: () => import("extended-eventsource") },
  place: "Node.js",
  byHand: { token: IN_OWN_FETCH, refresh: IN_OWN_FETCH, signal: BY_CLOSE },
  listen(url, { method, body, headers, token, refresh, fetch, signal }) {
    const own = ownFetch({ token, refresh, fetch });
    const source = new EventSource(url, {
      disableLogger: true,
      ...(method && { method }),
      ...(body && { body }),
      ...(headers && { headers }),
      ...(own && { fetch: own }),
    });
    const listening: Listening = { events: [], failures: [], close: () => source.close() };
    source.addEventListener("message", ({ data }) => listening.events.push({ data }));
    source.onerror = async ({ response }: CustomEvent) => {
      listening.failures.push({ status: response?.status, body: await response?.text() });
    };
    signal?.addEventListener("abort", () => source.close());
    return listening;
  },
};
