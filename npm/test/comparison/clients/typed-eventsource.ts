// This package, over `fetch`.

import { EventSource } from "typed-eventsource";
import type { Client, Listening } from "../client.ts";

export const typedEventsource: Client = {
  name: "typed-eventsource",
  module: { exports: "EventSource", load: () => import("typed-eventsource") },
  needs: { transport: "fetch" },
  place: "Node.js",
  byHand: {},
  listen(url, wishes) {
    const { method, body, headers, token, refresh, fetch, signal, backoff, maxAttempts, unavailable, idle, maxEventSize } = wishes;
    const source = new EventSource(url, {
      transport: "fetch",
      method,
      body,
      headers: () => ({ ...headers, ...(token && { Authorization: `Bearer ${token()}` }) }),
      onUnauthorized: refresh,
      fetch: fetch as never,
      signal,
      maxEventSize,
      terminalData: wishes.answer ? "[DONE]" : undefined,
      deduplicate: wishes.distinct ? 100 : 0,
      policy: {
        preset: backoff || maxAttempts || unavailable ? "resilient" : "browser",
        backoff: { initial: backoff, maxAttempts },
        idle: idle ? { after: idle, then: "reopen" } : undefined,
      },
      ...(wishes.shared && { shared: "tabs" }),
    });
    const listening: Listening = { events: [], failures: [], close: () => source.close() };
    if (wishes.json) source.on("message", ({ data }) => listening.events.push({ data }));
    else source.addEventListener("message", ({ data }) => listening.events.push({ data }));
    source.onError(({ status, body }) => listening.failures.push({ status, body }));
    return listening;
  },
  iterate(url) {
    const source = new EventSource(url, { transport: "fetch", queue: { whenFull: "wait", capacity: 16 } });
    return { events: source.events("message"), close: () => source.close() };
  },
};
