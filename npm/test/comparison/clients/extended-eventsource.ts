// The npm package `extended-eventsource`.

import { type CustomEvent, EventSource } from "extended-eventsource";
import type { Client, Failure, Listening } from "../client.ts";
import { AT_DONE, BY_CLOSE, IN_OWN_FETCH, ownFetch } from "./own-fetch.ts";

export const extendedEventsource: Client = {
  name: "extended-eventsource",
  module: { exports: "EventSource", load: () => import("extended-eventsource") },
  place: "Node.js",
  byHand: { answer: AT_DONE, token: IN_OWN_FETCH, refresh: IN_OWN_FETCH, signal: BY_CLOSE },
  listen(url, { method, body, headers, token, refresh, fetch, signal, answer }) {
    const own = ownFetch({ token, refresh, fetch });
    const source = new EventSource(url, {
      disableLogger: true,
      ...(method && { method }),
      ...(body && { body }),
      ...(headers && { headers }),
      ...(own && { fetch: own }),
    });
    const listening: Listening = { events: [], failures: [], close: () => source.close() };
    source.addEventListener("message", ({ data }) => {
      listening.events.push({ data });
      if (answer && data === "[DONE]") source.close();
    });
    source.onerror = async ({ response }: CustomEvent) => {
      const failure: Failure = { status: response?.status };
      listening.failures.push(failure);
      failure.body = await response?.text();
    };
    signal?.addEventListener("abort", () => source.close());
    return listening;
  },
};
