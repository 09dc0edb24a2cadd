// The options of a source.

import init, {
  EventSource,
  initSync,
  type AttemptSummary,
  type EventSourceInit,
  type Gap,
  type Policy,
  type Stats,
} from "typed-eventsource";
import wasm from "typed-eventsource/typed_eventsource.wasm";
import * as v from "valibot";
import { z } from "zod";

import { type Equal, expect } from "./equal.js";

interface Feed {
  price: { symbol: string; price: number };
  halt: { symbol: string };
}

const signal = new AbortController().signal;

// An option may be undefined, which is the same as leaving it out.
new EventSource<Feed>("/", {
  signal: undefined,
  policy: undefined,
  parse: undefined,
  schemas: { price: undefined },
  queue: { capacity: undefined },
});
new EventSource<Feed>("/", {
  transport: "fetch",
  headers: undefined,
  policy: { idle: undefined, rule: undefined, backoff: { max: undefined } },
});

new EventSource<Feed>(new URL("http://localhost/"), { transport: "browser", withCredentials: true, signal });
new EventSource<Feed>("/", {
  transport: "fetch",
  method: "POST",
  headers: async () => ({ Authorization: "Bearer" }),
  body: new URLSearchParams(),
  credentials: "include",
  policy: {
    preset: "resilient",
    idle: { after: 30_000, then: "reopen" },
    backoff: { initial: 100, jitter: false },
    maxServerDelay: 60_000,
    rule: ({ error, proposed }) => (error.status === 401 ? { type: "close" } : proposed),
  },
  queue: { capacity: 16, whenFull: "keep-latest" },
});
new EventSource<Feed>("/", { transport: "fetch", queue: { whenFull: "wait" } });
new EventSource<Feed>("/", { queue: { capacity: undefined, whenFull: "close" } });
// @ts-expect-error The browser does not wait.
new EventSource<Feed>("/", { queue: { whenFull: "wait" } });
new EventSource<Feed>("/", {
  transport: "fetch",
  accept: ({ status, url, redirected, headers }) => status === 201 && !redirected && `${url} ${headers["content-type"]}` !== "",
  maxErrorBodySize: 1024,
});
// @ts-expect-error Nobody waits for a promise.
new EventSource<Feed>("/", { transport: "fetch", accept: async () => true });
// @ts-expect-error The headers are no `Headers`.
new EventSource<Feed>("/", { transport: "fetch", accept: ({ headers }) => headers.get("content-type") === null });
// @ts-expect-error The browser's own transport does not ask.
new EventSource<Feed>("/", { accept: () => true });
new EventSource<Feed>("/", { shared: true, parse: (data) => data });
new EventSource<Feed>("/", { diagnose: true });
new EventSource<Feed>("/", { diagnose: true, onUnauthorized: async () => {}, renewBefore: () => new Date() });
new EventSource<Feed>("/", { transport: "fetch", onUnauthorized: () => {}, renewBefore: () => undefined });
// @ts-expect-error It is a function.
new EventSource<Feed>("/", { transport: "fetch", onUnauthorized: "/login" });
// @ts-expect-error It is not awaited.
new EventSource<Feed>("/", { transport: "fetch", renewBefore: async () => 0 });
new EventSource<Feed>("/", { transport: "fetch", diagnose: false }).onError(
  ({ code, directive }) => code === "blocked" && directive?.length,
);
new EventSource<Feed>("/", { parse: { price: "json", halt: "skip" }, skipEmpty: true });
new EventSource<Feed>("/", { parse: { price: (data, { type }) => [data, type] } });
// @ts-expect-error A price is no text.
new EventSource<Feed>("/", { parse: "text" });
// @ts-expect-error A price is no text.
new EventSource<Feed>("/", { parse: { price: "text" } });
// @ts-expect-error There is no such event.
new EventSource<Feed>("/", { parse: { prize: "skip" } });
// @ts-expect-error A source that skips all events is of no use.
new EventSource<Feed>("/", { parse: "skip" });

// Where the data may be text, it may be left as it is.
new EventSource<{ word: string; size: "s" | "m"; maybe: string | null; any: unknown }>("/", { parse: "text" });
new EventSource<{ word: string; price: number }>("/", { parse: { word: "text" } });
new EventSource("/", { parse: "text" });
new EventSource("/", { parse: { any: "text", other: "skip" } }).on("any", ({ data }) => expect<Equal<typeof data, unknown>>());
new EventSource<Feed>("/", { deduplicate: 1000 }).onGap((gap) => expect<Equal<typeof gap, Gap>>());
new EventSource<Feed>("/").onAttempt((attempt) => expect<Equal<typeof attempt, AttemptSummary>>());
const { stats } = new EventSource<Feed>("/");
expect<Equal<typeof stats, Stats>>();
// @ts-expect-error They are counted by the source alone.
stats.events = 1;
// @ts-expect-error `deduplicate` is a number of ids.
new EventSource<Feed>("/", { deduplicate: true });
// @ts-expect-error `shared` is a boolean.
new EventSource<Feed>("/", { shared: "yes" });
// @ts-expect-error The browser's own transport sends no header.
new EventSource<Feed>("/", { headers: {} });
// @ts-expect-error A stream can be sent only once.
new EventSource<Feed>("/", { transport: "fetch", body: new ReadableStream() });
new EventSource<Feed>("/", { policy: { rule: () => ({ type: "as-proposed" }) } });
// @ts-expect-error There is no such decision.
new EventSource<Feed>("/", { policy: { rule: () => ({ type: "wait" }) } });
// @ts-expect-error There is no such preset.
new EventSource<Feed>("/", { policy: "stubborn" });
// @ts-expect-error A limit needs `then`.
new EventSource<Feed>("/", { policy: { idle: { after: 1 } } });
// @ts-expect-error The option is called `reopenOnWake`.
({ reopenOnWaking: true }) satisfies Policy;

// Schemas may come from several libraries.
new EventSource<Feed>("/", {
  schemas: {
    price: z.object({ symbol: z.string(), price: z.number() }),
    halt: v.object({ symbol: v.string() }),
  },
});
// @ts-expect-error The schema's output is not the type in the feed.
new EventSource<Feed>("/", { schemas: { price: z.object({ symbol: z.number() }) } });
// @ts-expect-error There is no such event.
new EventSource<Feed>("/", { schemas: { prize: z.string() } });

// The type of a feed can be derived from its schemas.
const schemas = { tick: z.object({ at: z.coerce.date() }) };
type Ticks = { [Name in keyof typeof schemas]: z.output<(typeof schemas)[Name]> };
new EventSource<Ticks>("/", { schemas }).on("tick", ({ data }) => expect<Equal<typeof data, { at: Date }>>());

const kept: EventSourceInit<Feed> = { transport: "fetch", lastEventId: "7" };
new EventSource<Feed>("/", kept);

const file = new URL("typed-eventsource/typed_eventsource.wasm", "file:");
expect<Equal<ReturnType<typeof init>, Promise<void>>>();
export const ready = [init(), init(file), init("/typed_eventsource.wasm"), init(fetch(file)), init(wasm)];
export const readyAtOnce = (bytes: BufferSource) => initSync(bytes);
