// The npm package `@flamefrontend/sse-runtime-core`.

import { createSSEClient } from "@flamefrontend/sse-runtime-core";
import type { Client, Listening } from "../client.ts";

export const sseRuntimeCore: Client = {
  name: "@flamefrontend/sse-runtime-core",
  module: { exports: "createSSEClient", load: () => import("@flamefrontend/sse-runtime-core") },
  place: "Node.js",
  byHand: { answer: "in a handler, which calls `disconnect()`", signal: "in a listener of the signal, which calls `disconnect()`" },
  listen(url, { headers, token, refresh, signal, backoff, maxAttempts, idle, answer, json, shared }) {
    const listening: Listening = { events: [], failures: [], close: () => client.disconnect() };
    const client = createSSEClient<{ message: unknown }>({
      key: [url],
      url,
      headers: () => ({ ...headers, ...(token && { Authorization: `Bearer ${token()}` }) }),
      reconnect: { ...(backoff && { minDelay: backoff }), ...(maxAttempts && { maxRetries: maxAttempts }) },
      ...(refresh && { auth: { onUnauthorized: refresh, retryAfterRefresh: true } }),
      ...(idle && { heartbeat: { timeout: idle } }),
      ...(shared && { coordination: { enabled: true, mode: "single-tab" } }),
      // Handlers are given JSON, parsed.
      events: { message: (data) => (json || shared ? void listening.events.push({ data }) : undefined) },
      diagnostics: {
        onRawEvent({ data }) {
          if (!json && !shared) listening.events.push({ data });
          if (answer && data === "[DONE]") client.disconnect();
        },
      },
    });
    client.subscribeError((error) => {
      if (error) listening.failures.push({ status: error.status });
    });
    signal?.addEventListener("abort", () => client.disconnect());
    void client.connect();
    return listening;
  },
};
