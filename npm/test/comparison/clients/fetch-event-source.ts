// The npm package `@microsoft/fetch-event-source`.

import { fetchEventSource } from "@microsoft/fetch-event-source";
import type { Client, Listening } from "../client.ts";
import { IN_OWN_FETCH, ownFetch } from "./own-fetch.ts";

const IN_ONERROR = "in an `onerror`";

export const fetchEventSourceClient: Client = {
  name: "@microsoft/fetch-event-source",
  module: { exports: "fetchEventSource", load: () => import("@microsoft/fetch-event-source") },
  // It needs a `window`.
  place: "Chromium",
  byHand: {
    reconnect: "in an `onclose`, which throws",
    token: IN_OWN_FETCH,
    refresh: IN_OWN_FETCH,
    backoff: IN_ONERROR,
    maxAttempts: IN_ONERROR,
    refusals: "in an `onopen`",
  },
  listen(url, wishes) {
    const { method, body, headers, token, refresh, fetch, signal, backoff, maxAttempts, refusals, answer } = wishes;
    const controller = new AbortController();
    const listening: Listening = { events: [], failures: [], close: () => controller.abort() };
    const own = ownFetch({ token, refresh, fetch });
    let failed = 0;
    const ended = fetchEventSource(url, {
      signal: AbortSignal.any([controller.signal, ...(signal ? [signal] : [])]),
      openWhenHidden: true,
      ...(method && { method }),
      ...(body && { body }),
      ...(headers && { headers }),
      ...(own && { fetch: own }),
      ...(refusals && {
        onopen: async (response) => void listening.failures.push({ status: response.status, body: await response.text() }),
      }),
      onmessage: ({ data }) => listening.events.push({ data }),
      onclose() {
        if (!answer) throw new Error("the response has ended");
      },
      onerror(error) {
        failed += 1;
        listening.failures.push({});
        if (maxAttempts && failed >= maxAttempts) throw error;
        return backoff && backoff * 2 ** (failed - 1) * Math.random();
      },
    });
    ended.catch(() => listening.failures.push({}));
    return listening;
  },
};
