// `onBatch` and `batches`: events that gather for a frame.

import type { EventOf } from "typed-eventsource";
import { describe, expect, test, vi } from "vitest";
import { TRANSPORTS, ignore, open, server } from "../support/fake-server.ts";

/** A frame of the fake clock, in milliseconds. */
const FRAME = 16;

const dataOf = (events: EventOf<any>[]) => events.map(({ data }) => data);

describe.each(TRANSPORTS)("over %s", (transport) => {
  test("a handler gets what has gathered once a frame, in order, from the first event on", () => {
    const source = open(transport);
    const batches: unknown[] = [];
    source.onBatch(["b", "a"], (events) => batches.push(events.map(({ type, data }) => `${type} ${data}`)));
    server.send("a", 1);
    server.send("c", 0);
    server.send("b", 2);
    server.clock.advance(FRAME - 1);
    expect(batches).toEqual([]);
    server.clock.advance(1);
    expect(batches).toEqual([["a 1", "b 2"]]);
    server.clock.advance(1000);
    server.send("a", 3);
    server.clock.advance(FRAME);
    expect(batches).toEqual([["a 1", "b 2"], ["a 3"]]);
  });

  test("of 10,000 events at any pace none is missing", () => {
    const source = open(transport);
    const seen: unknown[] = [];
    source.onBatch(["message"], (events) => seen.push(...dataOf(events)), { most: 700 });
    for (let n = 0; n < 10_000; n += 1) {
      server.send("message", n);
      server.clock.advance((n * 7) % 3);
    }
    source.close();
    expect(seen).toEqual(Array.from({ length: 10_000 }, (_, n) => n));
  });

  test("a batch may take some time, and comes earlier once it is large", () => {
    const source = open(transport);
    const batches: unknown[] = [];
    source.onBatch(["message"], (events) => batches.push(dataOf(events)), { per: 1000, most: 3 });
    for (const n of [1, 2, 3, 4]) server.send("message", n);
    expect(batches).toEqual([[1, 2, 3]]);
    server.clock.advance(999);
    expect(batches).toHaveLength(1);
    server.clock.advance(1);
    expect(batches).toEqual([[1, 2, 3], [4]]);
  });

  test("what has gathered is told before the state that follows, and before the end", async () => {
    const source = open(transport, { policy: { preset: "resilient" }, terminalEvent: "bye" });
    const told: unknown[] = [];
    source.onState(({ type }) => told.push(type));
    source.onError(ignore);
    source.onBatch(["message", "bye"], (events) => told.push(dataOf(events)), { per: 60_000 });
    server.send("message", 1);
    server.lose();
    server.clock.advance(10_000);
    server.send("message", 2);
    server.send("bye", 3);
    await source.closed;
    expect(told).toEqual(["open", [1], "waiting", ...(transport === "fetch" ? ["connecting"] : []), "open", [2, 3], "closed"]);
  });

  test("`close` hands over what has gathered, and leaves no timer", () => {
    const source = open(transport);
    const told: unknown[] = [];
    source.onBatch(["message"], (events) => told.push(dataOf(events)));
    source.onState(({ type }) => told.push(type));
    server.send("message", 1);
    source.close();
    expect(told).toEqual(["open", [1], "closed"]);
    expect(server.clock.timers).toBe(0);
  });

  test("a handler that is removed hears nothing more, and leaves no timer and no subscription", () => {
    const source = open(transport);
    const undo = source.onBatch(["message"], () => expect.unreachable());
    const { timers } = server.clock;
    server.send("message", 1);
    undo();
    expect(server.clock.timers).toBe(timers);
    server.clock.advance(1000);
    expect(server.listenedNames).toEqual([]);
    source.close();
  });

  test("a handler may close the source as the state changes, and nothing is told of that state", () => {
    const source = open(transport, { policy: "resilient" });
    source.onError(ignore);
    const told: unknown[] = [];
    source.onState(({ type }) => told.push(type));
    source.onBatch(["message"], () => source.close());
    server.send("message", 1);
    server.lose();
    expect(source.state).toMatchObject({ type: "closed", reason: { type: "requested" } });
    return source.closed.then(() => expect(told).toEqual(["open", "closed"]));
  });

  test("an exception of a handler is reported, and the next batch comes", () => {
    const reported = vi.fn();
    vi.stubGlobal("reportError", reported);
    const source = open(transport);
    source.onBatch(["message"], () => {
      throw new RangeError("too many");
    });
    for (const n of [1, 2]) {
      server.send("message", n);
      server.clock.advance(FRAME);
    }
    expect(reported).toHaveBeenCalledTimes(2);
    vi.unstubAllGlobals();
  });

  test("a loop gets what has gathered, and at the end the rest", async () => {
    const source = open(transport);
    const batches = source.batches(["b", "a"]);
    const first = batches.next();
    server.send("a", 1);
    server.send("b", 2);
    server.clock.advance(FRAME);
    expect(dataOf((await first).value ?? [])).toEqual([1, 2]);
    server.send("a", 3);
    source.close();
    expect(dataOf((await batches.next()).value ?? [])).toEqual([3]);
    expect(await batches.next()).toEqual({ done: true, value: undefined });
    expect(server.clock.timers).toBe(0);
  });

  test("a loop that is slow gets a batch at once, of at most so many events, and then waits for a frame", async () => {
    const source = open(transport);
    const batches = source.batches(["message"], { most: 2 });
    for (const n of [1, 2, 3]) server.send("message", n);
    const steps = [await batches.next(), await batches.next()];
    expect(steps.map(({ value }) => dataOf(value ?? []))).toEqual([[1, 2], [3]]);
    const next = batches.next().then(({ value }) => dataOf(value ?? []));
    server.send("message", 4);
    expect(await Promise.race([next, Promise.resolve("none")])).toBe("none");
    server.clock.advance(FRAME);
    expect(await next).toEqual([4]);
  });

  test("a loop gets the error that closed the source after the last batch", async () => {
    const source = open(transport, { policy: { closeAfterDecodeErrors: 1 } });
    const batches = source.batches(["message"], { per: 60_000 });
    server.send("message", 1);
    server.sendText("message", "{");
    await source.closed;
    expect(dataOf((await batches.next()).value ?? [])).toEqual([1]);
    await expect(batches.next()).rejects.toMatchObject({ code: "decode" });
    expect(await batches.next()).toMatchObject({ done: true });
  });

  test("a `break` ends the batches, with their timer and their subscription", async () => {
    const source = open(transport);
    const { timers } = server.clock;
    const batches = source.batches(["message"]);
    server.send("message", 1);
    server.clock.advance(FRAME);
    for await (const events of batches) {
      expect(dataOf(events)).toEqual([1]);
      server.send("message", 2);
      break;
    }
    expect([server.clock.timers, server.listenedNames]).toEqual([timers, []]);
    expect(await batches.next()).toMatchObject({ done: true });
    source.close();
  });

  test("a batch comes early rather than that the queue of a loop drops events", async () => {
    const source = open(transport, { queue: { capacity: 4 } });
    const batches = source.batches(["message"], { per: 60_000 });
    const seen: unknown[] = [];
    const loop = (async () => {
      for await (const events of batches) seen.push(...dataOf(events));
    })();
    for (let n = 0; n < 20; n += 1) {
      server.send("message", n);
      await undefined;
    }
    source.close();
    await loop;
    expect([seen, batches.dropped]).toEqual([Array.from({ length: 20 }, (_, n) => n), 0]);
  });
});

test("over `fetch`, a batch may have the events of all names", async () => {
  const source = open("fetch");
  const told: unknown[] = [];
  source.onBatch((events) => told.push(dataOf(events)), { most: 2 });
  const batches = source.batches({ most: 1 });
  server.send("a", 1);
  server.send("b", 2);
  expect(told).toEqual([[1, 2]]);
  expect(dataOf((await batches.next()).value ?? [])).toEqual([1]);
});

test("over the browser's own transport, a batch needs names, and a list of names is not empty", () => {
  const source = open("browser");
  for (const call of [() => source.onBatch(ignore), () => source.batches()]) {
    expect(call).toThrow(expect.objectContaining({ code: "unsupported" }));
  }
  for (const call of [() => source.onBatch([], ignore), () => source.batches([])]) {
    expect(call).toThrow(expect.objectContaining({ code: "invalid-option" }));
  }
  expect(() => source.onBatch(["message"], ignore, { per: "second" as "frame" })).toThrow(/`options.per` is "second"/);
  source.close();
});

test("a loop that waits over `fetch` holds back the response, and loses nothing", async () => {
  const source = open("fetch", { queue: { capacity: 4, whenFull: "wait" } });
  const batches = source.batches(["message"]);
  const numbers = Array.from({ length: 50 }, (_, n) => n);
  for (const n of numbers) server.send("message", n);
  const seen: unknown[] = [];
  while (seen.length < numbers.length) {
    const next = batches.next();
    server.clock.advance(FRAME);
    seen.push(...dataOf((await next).value ?? []));
  }
  expect([seen, batches.dropped]).toEqual([numbers, 0]);
  source.close();
});
