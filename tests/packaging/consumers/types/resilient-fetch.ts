// A `fetch` that survives: its options and its signature.

import { EventSourceError, resilientFetch, type ResumeAttempt, type ResumeRequest } from "typed-eventsource/resilient-fetch";

import { type Equal, expect } from "./equal.js";

const mended = resilientFetch({ preset: "browser", backoff: { maxAttempts: 3 }, terminalData: "[DONE]" });
expect<Equal<typeof mended, typeof fetch>>();
resilientFetch();
resilientFetch("resilient");
resilientFetch({ fetch: mended });
resilientFetch({ request: () => undefined });
resilientFetch({ request: async () => {} });
resilientFetch({
  request: ({ number, lastEventId, error, signal, response, events, firstEvent }: ResumeAttempt): ResumeRequest => ({
    url: new URL(`/runs/${response.headers["x-run-id"]}?from=${events + number}`, "http://localhost"),
    method: signal.aborted ? "GET" : "POST",
    headers: { "X-Last": lastEventId, "X-Error": error?.code ?? "" },
    body: firstEvent?.data ?? null,
    credentials: "include",
  }),
  isTerminal: ({ type, data }) => type === "done" || data === "",
  onError: (error) => expect<Equal<typeof error, EventSourceError>>(),
});
// @ts-expect-error Nothing is decoded.
resilientFetch({ closeAfterDecodeErrors: 1 });
// @ts-expect-error There is no such option.
resilientFetch({ policy: "resilient" });
// @ts-expect-error There is no such answer.
resilientFetch({ repeats: "all" });
