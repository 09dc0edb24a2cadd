// The npm package `event-source-plus`.

import { EventSourcePlus, type HttpMethod } from "event-source-plus";
import type { Client, Failure, Listening } from "../client.ts";

export const eventSourcePlus: Client = {
  name: "event-source-plus",
  module: { exports: "EventSourcePlus", load: () => import("event-source-plus") },
  place: "Node.js",
  byHand: { refresh: "in an `onResponseError`", signal: "in a listener of the signal, which calls `abort()`" },
  listen(url, { method, body, headers, token, refresh, fetch, signal, maxAttempts, answer }) {
    const source = new EventSourcePlus(url, {
      ...(method && { method: method.toLowerCase() as HttpMethod }),
      ...(body && { body }),
      headers: () => ({ ...headers, ...(token && { Authorization: `Bearer ${token()}` }) }),
      ...(fetch && { fetch }),
      ...(answer && { retryStrategy: "on-error" }),
      ...(maxAttempts && { maxRetryCount: maxAttempts }),
    });
    const listening: Listening = { events: [], failures: [], close: () => controller.abort() };
    const controller = source.listen({
      onMessage: ({ data }) => listening.events.push({ data }),
      onRequestError: () => listening.failures.push({}),
      async onResponseError({ response }) {
        const failure: Failure = { status: response.status };
        listening.failures.push(failure);
        if (failure.status === 401) await refresh?.();
        failure.body = await response.text();
      },
    });
    signal?.addEventListener("abort", () => controller.abort());
    return listening;
  },
};
