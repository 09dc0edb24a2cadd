// What a source may be opened with.

import init, { EventSource, initSync, type EventSourceInit, type Gap, type Policy } from "typed-eventsource";
import wasm from "typed-eventsource/typed_eventsource.wasm";
import * as v from "valibot";
import { z } from "zod";

import { type Equal, expect } from "./equal.js";

interface Feed {
  price: { symbol: string; price: number };
  halt: { symbol: string };
}

const signal = new AbortController().signal;

// What is not set may be said to be undefined.
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
new EventSource<Feed>("/", { shared: true, parse: (data) => data });
new EventSource<Feed>("/", { diagnose: true });
new EventSource<Feed>("/", { transport: "fetch", diagnose: false }).onError(({ code, directive }) => code === "blocked" && directive?.length);
new EventSource<Feed>("/", { parse: { price: "json", halt: "skip" }, skipEmpty: true });
new EventSource<Feed>("/", { parse: { price: (data, { type }) => [data, type] } });
// @ts-expect-error A price is no text.
new EventSource<Feed>("/", { parse: "text" });
// @ts-expect-error A price is no text.
new EventSource<Feed>("/", { parse: { price: "text" } });
// @ts-expect-error There is no such event.
new EventSource<Feed>("/", { parse: { prize: "skip" } });
// @ts-expect-error Who skips all events needs no source.
new EventSource<Feed>("/", { parse: "skip" });

// Where the data may be text, it may be left as it is.
new EventSource<{ word: string; size: "s" | "m"; maybe: string | null; any: unknown }>("/", { parse: "text" });
new EventSource<{ word: string; price: number }>("/", { parse: { word: "text" } });
new EventSource("/", { parse: "text" });
new EventSource("/", { parse: { any: "text", other: "skip" } }).on("any", ({ data }) => expect<Equal<typeof data, unknown>>());
new EventSource<Feed>("/", { deduplicate: 1000 }).onGap((gap) => expect<Equal<typeof gap, Gap>>());
// @ts-expect-error It is a number of ids.
new EventSource<Feed>("/", { deduplicate: true });
// @ts-expect-error It is shared or not.
new EventSource<Feed>("/", { shared: "yes" });
// @ts-expect-error The browser's own transport sends no header.
new EventSource<Feed>("/", { headers: {} });
// @ts-expect-error A stream can be sent only once.
new EventSource<Feed>("/", { transport: "fetch", body: new ReadableStream() });
new EventSource<Feed>("/", { policy: { rule: () => ({ type: "as-proposed" }) } });
// @ts-expect-error A decision has a type that there is.
new EventSource<Feed>("/", { policy: { rule: () => ({ type: "wait" }) } });
// @ts-expect-error There is no such preset.
new EventSource<Feed>("/", { policy: "stubborn" });
// @ts-expect-error A limit says what then.
new EventSource<Feed>("/", { policy: { idle: { after: 1 } } });
// @ts-expect-error It is misspelt.
({ reopenOnWaking: true }) satisfies Policy;

// Schemas, of two libraries.
new EventSource<Feed>("/", {
  schemas: {
    price: z.object({ symbol: z.string(), price: z.number() }),
    halt: v.object({ symbol: v.string() }),
  },
});
// @ts-expect-error It makes what the feed does not have.
new EventSource<Feed>("/", { schemas: { price: z.object({ symbol: z.number() }) } });
// @ts-expect-error There is no such event.
new EventSource<Feed>("/", { schemas: { prize: z.string() } });

// A feed may be that of its schemas.
const schemas = { tick: z.object({ at: z.coerce.date() }) };
type Ticks = { [Name in keyof typeof schemas]: z.output<(typeof schemas)[Name]> };
new EventSource<Ticks>("/", { schemas }).on("tick", ({ data }) => expect<Equal<typeof data, { at: Date }>>());

const kept: EventSourceInit<Feed> = { transport: "fetch", lastEventId: "7" };
new EventSource<Feed>("/", kept);

const file = new URL("typed-eventsource/typed_eventsource.wasm", "file:");
expect<Equal<ReturnType<typeof init>, Promise<void>>>();
export const ready = [init(), init(file), init("/typed_eventsource.wasm"), init(fetch(file)), init(wasm)];
export const readyAtOnce = (bytes: BufferSource) => initSync(bytes);
