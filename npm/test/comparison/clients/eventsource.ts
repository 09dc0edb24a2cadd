// The npm package `eventsource`.

import { EventSource } from "eventsource";
import type { Client, Listening } from "../client.ts";
import { AT_DONE, BY_CLOSE, IN_OWN_FETCH, ownFetch } from "./own-fetch.ts";

export const eventsource: Client = {
  name: "eventsource",
  module: { exports: "EventSource", load: () => import("eventsource") },
  place: "Node.js",
  byHand: { answer: AT_DONE, method: IN_OWN_FETCH, headers: IN_OWN_FETCH, token: IN_OWN_FETCH, refresh: IN_OWN_FETCH, signal: BY_CLOSE },
  listen(url, wishes) {
    const { maxEventSize, signal } = wishes;
    const fetch = ownFetch(wishes);
    const source = new EventSource(url, { ...(fetch && { fetch }), ...(maxEventSize && { maxBufferSize: maxEventSize }) });
    const listening: Listening = { events: [], failures: [], close: () => source.close() };
    source.addEventListener("message", ({ data }) => {
      listening.events.push({ data });
      if (wishes.answer && data === "[DONE]") source.close();
    });
    source.addEventListener("error", ({ code }) => listening.failures.push({ status: code }));
    signal?.addEventListener("abort", () => source.close());
    return listening;
  },
};
