// The function `request`, and one's own `fetch`.

import { EventSource, type Attempt, type AttemptRequest, type EventSourceError, type FetchInit } from "typed-eventsource";

import { type Equal, expect } from "./equal.js";

new EventSource("/", { request: () => ({ url: "/prices" }) });
new EventSource("/", { request: async ({ number, lastEventId }) => ({ url: new URL(`http://localhost/${number}?after=${lastEventId}`) }) });
// @ts-expect-error The browser's own source takes nothing but a URL.
new EventSource("/", { request: () => ({ method: "POST" }) });
// @ts-expect-error Over the browser's own transport nobody calls `fetch`.
new EventSource("/", { fetch });

new EventSource("/", {
  transport: "fetch",
  method: "POST",
  body: "why?",
  request: ({ number }) => (number === 1 ? {} : { method: "GET", url: "/resumed", credentials: "include" }),
});
new EventSource("/", {
  transport: "fetch",
  request: async (attempt) => {
    expect<Equal<typeof attempt, Attempt>>();
    expect<Equal<typeof attempt.error, EventSourceError | undefined>>();
    const response = await fetch("/token", { signal: attempt.signal });
    return { headers: { Authorization: await response.text() }, body: null };
  },
});
// @ts-expect-error It answers with a request.
new EventSource("/", { transport: "fetch", request: () => {} });
// @ts-expect-error A URL is no number.
new EventSource("/", { transport: "fetch", request: () => ({ url: 7 }) });

const resume = ({ number }: Attempt): AttemptRequest => ({ url: `/${number}` });
export const init: FetchInit = { transport: "fetch", request: resume, fetch: undefined };

new EventSource("/", { transport: "fetch", fetch });
new EventSource("/", { transport: "fetch", fetch: globalThis.fetch.bind(globalThis) });
new EventSource("/", {
  transport: "fetch",
  fetch: (url, init) => {
    expect<Equal<typeof url, string>>();
    return fetch(url, { ...init, headers: { ...init.headers, Authorization: "Bearer 1" } });
  },
});
const wrapper: typeof fetch = async (input, init) => fetch(input, init);
new EventSource("/", { transport: "fetch", fetch: wrapper });
// @ts-expect-error It answers with a promise of a response.
new EventSource("/", { transport: "fetch", fetch: () => "data: 1" });
