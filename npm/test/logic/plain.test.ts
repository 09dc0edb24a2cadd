// What users are handed: stores wrap it in proxies, workers clone it, tests compare it.

import type { EventIterator, TypedEvent } from "typed-eventsource";
import { describe, expect, test } from "vitest";
import { TRANSPORTS, open, server } from "../support/fake-server.ts";

const PLAIN = { type: "note", data: { text: "n" }, lastEventId: "7", origin: "fake:" };

/** Wraps an object in a proxy, as reactive frameworks do. Objects that are read from the proxy are wrapped too. */
function reactive<T extends object>(target: T): T {
  return new Proxy(target, {
    get(target, key, receiver) {
      const value: unknown = Reflect.get(target, key, receiver);
      return Object(value) === value && typeof value !== "function" && !(value instanceof Promise) ? reactive(value as object) : value;
    },
  });
}

describe.each(TRANSPORTS)("over %s", (transport) => {
  function receive() {
    const events: TypedEvent<unknown>[] = [];
    open(transport).on("note", (event) => events.push(event));
    server.sendWithId("note", JSON.stringify(PLAIN.data), PLAIN.lastEventId);
    return events[0] as TypedEvent<unknown>;
  }

  test("an event is a plain object", () => {
    expect(receive()).toStrictEqual(PLAIN);
  });

  test.each<[string, (event: TypedEvent<unknown>) => unknown]>([
    ["behind a proxy", reactive],
    ["in a spread", (event) => ({ ...event })],
    ["cloned", structuredClone],
    ["assigned to another", (event) => Object.assign({}, event)],
    ["in JSON", (event) => JSON.parse(JSON.stringify(event))],
  ])("an event %s equals the event", (_, copy) => {
    expect(copy(receive())).toEqual(PLAIN);
  });

  test.each<[string, (iterator: EventIterator<TypedEvent<unknown>>) => EventIterator<TypedEvent<unknown>>]>([
    ["behind a proxy", reactive],
    ["in a spread", (iterator) => ({ ...iterator })],
    ["that is the prototype of another", (iterator) => Object.create(iterator)],
  ])("an iterator %s works", async (_, wrap) => {
    const source = open(transport, { queue: { capacity: 2 } });
    source.onError(() => {});
    const iterator = source.events("note");
    for (const n of [1, 2, 3]) server.send("note", n);
    const wrapped = wrap(iterator);
    expect(wrapped.dropped).toBe(1);
    const told: unknown[] = [];
    for await (const { data } of wrapped) if (told.push(data) === 2) break;
    expect(told).toEqual([2, 3]);
    expect(await wrapped.next()).toEqual({ done: true, value: undefined });
    expect(server.listenedNames).toEqual([]);
  });

  test("states and gaps can be cloned", async () => {
    const source = open(transport, { policy: "resilient" });
    const told: unknown[] = [];
    source.onState((state) => told.push(structuredClone(state)));
    source.onGap((gap) => told.push(structuredClone(gap)));
    source.onError(() => {});
    source.on("note", () => {});
    server.sendWithId("note", "1", "1");
    server.fail(503);
    server.clock.advance(1000);
    server.sendWithId("note", "1", "4");
    source.close();
    await source.closed;
    const headers = { "content-type": "text/event-stream" };
    const response = { status: 200, url: "http://localhost/stream", redirected: false, headers };
    const opened = transport === "fetch" ? { type: "open", response } : { type: "open" };
    expect(told).toStrictEqual([
      opened,
      { type: "waiting", attempt: 1, retryIn: 1000 },
      { type: "connecting" },
      opened,
      { after: "1", before: "4", missed: 2 },
      { type: "closed", reason: { type: "requested" } },
    ]);
  });
});
