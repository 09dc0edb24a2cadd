// What a feed's types say about its events.

import {
  EventSource,
  EventSourceError,
  type CloseReason,
  type EventIterator,
  type EventOf,
  type SourceErrorEvent,
  type State,
  type TypedEvent,
} from "typed-eventsource";

import { type Equal, expect } from "./equal.js";

interface Price {
  symbol: string;
  price: number;
}

// A feed may be an interface, which has no index signature.
interface Feed {
  price: Price;
  halt: { symbol: string };
}

const source = new EventSource<Feed>("/prices");

const off = source.on("price", (event) => {
  expect<Equal<typeof event, TypedEvent<Price, "price">>>();
  // @ts-expect-error The fields of an event are read-only.
  event.data = { symbol: "A", price: 1 };
});
expect<Equal<typeof off, () => void>>();
// @ts-expect-error There is no such event.
source.on("prize", () => {});
// @ts-expect-error A halt has no price.
source.on("halt", ({ data }) => data.price);
const offBatch = source.onBatch(["price", "halt"], (events) => expect<Equal<typeof events, EventOf<Feed>[]>>(), { per: "frame", most: 9 });
expect<Equal<typeof offBatch, () => void>>();
source.onBatch((events) => expect<Equal<typeof events, EventOf<Feed>[]>>());
source.onBatch(["halt"] as const, (events) => expect<Equal<typeof events, TypedEvent<{ symbol: string }, "halt">[]>>());
// @ts-expect-error There is no such event.
source.onBatch(["prize"], () => {});
// @ts-expect-error There is no such event.
source.batches(["prize"]);
// @ts-expect-error `events` needs a name.
source.events();
// A list whose length is not known may be spread.
const names: (keyof Feed)[] = ["price", "halt"];
expect<Equal<ReturnType<typeof spread>, EventIterator<EventOf<Feed>>>>();
const spread = () => source.events(...names);
const either = () => source.events(...(["halt"] as const));
expect<Equal<ReturnType<typeof either>, EventIterator<TypedEvent<{ symbol: string }, "halt">>>>();
// @ts-expect-error There is no such event.
source.events("price", "prize");

export async function iterate() {
  for await (const event of source.events("price", "halt")) {
    expect<Equal<typeof event, EventOf<Feed>>>();
    if (event.type === "price") expect<Equal<typeof event.data, Price>>();
    else expect<Equal<typeof event.data, { symbol: string }>>();
  }
  for await (const event of source.events("halt")) expect<Equal<typeof event.type, "halt">>();
  for await (const events of source.batches(["halt"])) expect<Equal<(typeof events)[number]["type"], "halt">>();
  for await (const events of source.batches({ per: 250 })) expect<Equal<typeof events, EventOf<Feed>[]>>();
  const first = await source.events("price").next();
  if (!first.done) expect<Equal<typeof first.value.data, Price>>();

  const reason = await source.closed;
  expect<Equal<typeof reason, CloseReason>>();
  if (reason.type === "policy") expect<Equal<typeof reason.error, EventSourceError>>();
  // @ts-expect-error Only a policy has an error to close with.
  void reason.error;
}

// A listener to all events can tell them apart by their names.
source.onAny((event) => {
  expect<Equal<typeof event, EventOf<Feed>>>();
  if (event.type === "price") expect<Equal<typeof event.data, Price>>();
});

source.pause();
source.resume();
source.reconnect();
source.onState((state) => {
  expect<Equal<typeof state, State>>();
  if (state.type === "waiting") expect<Equal<typeof state.attempt, number>>();
  // @ts-expect-error A source that is paused makes no attempt.
  if (state.type === "paused") void state.attempt;
});
source.onError((error) => {
  expect<Equal<typeof error, EventSourceError>>();
  // @ts-expect-error There is no such code.
  if (error.code === "lost") return;
  expect<Equal<typeof error.event, TypedEvent<string> | undefined>>();
});
// @ts-expect-error Only the package makes errors.
new EventSourceError();

// Without a feed nothing is known of the data.
new EventSource("/").on("anything", ({ data }) => expect<Equal<typeof data, unknown>>());

// A server may name its events `error` and `open` too, and an event can say what went wrong.
const messages = new EventSource<{ error: { message: string }; open: number }>("/messages", { failureEvent: "error" });
messages.on("error", ({ data }) => expect<Equal<typeof data, { message: string }>>());
messages.on("open", ({ data }) => expect<Equal<typeof data, number>>());
messages.onError(({ code, event }) => {
  if (code === "failure-event") expect<Equal<typeof event, TypedEvent<string> | undefined>>();
});

// The members of the standard's class, whose types do not depend on the feed.
const standard: globalThis.EventSource = source;
standard.close();
source.onmessage = (event) => expect<Equal<typeof event, MessageEvent<string>>>();
source.addEventListener("price", ({ data }) => expect<Equal<typeof data, string>>());
source.addEventListener("error", (event) => expect<Equal<typeof event, SourceErrorEvent>>());
source.addEventListener("open", { handleEvent: (event: Event) => event.type });
source.removeEventListener("open", null);
expect<Equal<typeof source.readyState, 0 | 1 | 2>>();
expect<Equal<typeof EventSource.CLOSED, 2>>();
// @ts-expect-error There is no `free`: `close` closes a source.
source.free();
