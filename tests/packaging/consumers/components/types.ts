// What the types of the entries for frameworks say.

import type { EventOf, EventSource, EventSourceError, State, TypedEvent } from "typed-eventsource";
import { useEventSource } from "typed-eventsource/react";
import { createEventSource as createInSolid } from "typed-eventsource/solid";
import { createEventSource as createInSvelte } from "typed-eventsource/svelte";
import { useEventSource as useInVue } from "typed-eventsource/vue";
import { ref, type Ref } from "vue";

import { type Equal, expect } from "../types/equal.js";

interface Feed {
  price: number;
  halt: { symbol: string };
}

export function Component() {
  const { latest, data, state, error, seconds, source, open, close } = useEventSource<Feed>("/prices", { events: ["price"] });
  expect<Equal<typeof latest.price, TypedEvent<number, "price"> | undefined>>();
  expect<Equal<typeof data, undefined>>();
  expect<Equal<typeof state, State>>();
  expect<Equal<typeof error, EventSourceError | undefined>>();
  expect<Equal<typeof seconds, number | undefined>>();
  expect<Equal<typeof source, EventSource<Feed> | undefined>>();
  expect<Equal<typeof open, () => void>>();
  expect<Equal<typeof close, () => void>>();
  // @ts-expect-error There is no such event.
  void latest.prize;
  // @ts-expect-error Results are read-only.
  latest.price = undefined;

  useEventSource<Feed, number>(null, {
    transport: "fetch",
    headers: () => ({}),
    initial: 0,
    fold(sum, event) {
      expect<Equal<typeof event, EventOf<Feed>>>();
      return event.type === "price" ? sum + event.data : sum;
    },
    onEvent: (event) => expect<Equal<typeof event, EventOf<Feed>>>(),
  });
  // @ts-expect-error Over the browser's own transport, events need names.
  useEventSource<Feed>("/prices", {});
  // @ts-expect-error There is no such event.
  useEventSource<Feed>("/prices", { events: ["prize"] });
  // @ts-expect-error What is folded has a beginning.
  useEventSource<Feed, number>("/prices", { events: ["price"], fold: (sum: number) => sum });
  // An app may know no types.
  useEventSource("/prices", { events: ["price"] });
}

const url = ref<string | null>(null);
const inVue = useInVue<Feed, number>(url, () => ({ events: ["price"], initial: 0, fold: (sum) => sum }));
expect<Equal<typeof inVue.data, Readonly<Ref<number>>>>();
expect<Equal<typeof inVue.state, Readonly<Ref<State>>>>();

const inSvelte = createInSvelte<Feed, number>(() => undefined, { events: ["price"], initial: 0, fold: (sum) => sum });
expect<Equal<typeof inSvelte.data, number>>();

const inSolid = createInSolid<Feed, number>("/prices", { events: ["price"], initial: 0, fold: (sum) => sum });
expect<Equal<typeof inSolid.data, () => number>>();
