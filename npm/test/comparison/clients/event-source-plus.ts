// The npm package `event-source-plus`.

import { EventSourcePlus, type HttpMethod } from "event-source-plus";
import type { Client, Listening } from "../client.ts";

export const eventSourcePlus: Client = {
  name: "event-source-plus",
  module: { exports: "EventSourcePlus", load: () => import("event-source-plus") },
  place: "Node.js",
  byHand: { refresh: "in an `onResponseError` of your own", signal: "the signal has to call `abort()`" },
  listen(url, { method, body, headers, token, refresh, fetch, signal, maxAttempts }) {
    const source = new EventSourcePlus(url, {
      ...(method && { method: method.toLowerCase() as HttpMethod }),
      ...(body && { body }),
      headers: () => ({ ...headers, ...(token && { Authorization: `Bearer ${token()}` }) }),
      ...(fetch && { fetch }),
      ...(maxAttempts && { maxRetryCount: maxAttempts }),
    });
    const listening: Listening = { events: [], failures: [], close: () => controller.abort() };
    const controller = source.listen({
      onMessage: ({ data }) => listening.events.push({ data }),
      onRequestError: () => listening.failures.push({}),
      async onResponseError({ response }) {
        const failure = { status: response.status, body: await response.text() };
        listening.failures.push(failure);
        if (failure.status === 401) await refresh?.();
      },
    });
    signal?.addEventListener("abort", () => controller.abort());
    return listening;
  },
};
