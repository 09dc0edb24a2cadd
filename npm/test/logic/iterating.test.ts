// `events()`: the queue of events that wait for their consumer, and the end of an iteration.

import type { EventIterator, EventSource, EventSourceInit, TypedEvent } from "typed-eventsource";
import { describe, expect, test } from "vitest";
import { TRANSPORTS, ignore, open, server } from "../support/fake-server.ts";

/** The rest of an iteration: data, and the code of the error that it throws. */
async function drain(events: EventIterator<TypedEvent<unknown>>) {
  const told: unknown[] = [];
  try {
    for await (const { data } of events) told.push(data);
  } catch (error) {
    told.push((error as { code: string }).code);
  }
  return told;
}

describe.each(TRANSPORTS)("over %s", (transport) => {
  test("events of several names keep their order until the close", async () => {
    const source = open(transport, { terminalEvent: "bye" });
    const events = source.events("b", "a");
    server.send("a", 1);
    server.send("c", 0);
    server.send("b", 2);
    server.send("a", 3);
    const told: string[] = [];
    for await (const { type, data } of events) {
      told.push(`${type} ${data}`);
      if (data === 3) source.close();
    }
    expect(told).toEqual(["a 1", "b 2", "a 3"]);
    expect(await events.next()).toEqual({ done: true, value: undefined });
    expect(await source.events("a").next()).toEqual({ done: true, value: undefined });
    expect(events.dropped).toBe(0);
  });

  test("`next` may be called several times at once", async () => {
    const source = open(transport);
    const events = source.events("message");
    const steps = Array.from({ length: 4 }, () => events.next());
    server.send("message", 1);
    server.send("message", 2);
    source.close();
    const results = await Promise.all(steps);
    expect(results.map(({ value, done }) => (done ? "done" : value.data))).toEqual([1, 2, "done", "done"]);
  });

  test.each([
    ["drops the oldest event", "drop-oldest", [4, 5, 7, 8], 4],
    ["keeps only the latest event", "keep-latest", [5, 8], 6],
  ] as const)("a full queue %s, and each overflow is reported once", async (_, whenFull, expected, dropped) => {
    const source = open(transport, { queue: { capacity: 2, whenFull } });
    const codes: string[] = [];
    source.onError(({ code }) => codes.push(code));
    const events = source.events("message");
    const told: unknown[] = [];
    for (const [from, to] of [
      [1, 5],
      [6, 8],
    ] as const) {
      for (let n = from; n <= to; n += 1) server.send("message", n);
      while (told.at(-1) !== to) told.push((await events.next()).value?.data);
    }
    expect(told).toEqual(expected);
    expect(codes).toEqual(["queue-overflow", "queue-overflow"]);
    expect(events.dropped).toBe(dropped);
  });

  test("a full queue may close the source", async () => {
    const source = open(transport, { queue: { capacity: 2, whenFull: "close" } });
    const events = source.events("message");
    const shown: unknown[] = [];
    source.onerror = ({ error }) => shown.push([error?.code, source.readyState]);
    for (const n of [1, 2, 3]) server.send("message", n);
    expect(await source.closed).toMatchObject({ type: "policy", error: { code: "queue-overflow" } });
    expect(shown).toEqual([["queue-overflow", 2]]);
    expect(await drain(events)).toEqual([1, 2, "queue-overflow"]);
    expect(await events.next()).toMatchObject({ done: true });
    expect(events.dropped).toBe(1);
    expect(server.clock.reports).toEqual([]);
  });

  test("each iteration throws the error that closed the source once", async () => {
    const source = open(transport, { policy: { closeAfterDecodeErrors: 1 } });
    const [waiting, read] = [source.events("message"), source.events("message")];
    const steps = [waiting.next(), waiting.next(), waiting.next()];
    server.send("message", 1);
    server.sendText("message", "{");
    const reason = await source.closed;
    const error = reason.type === "policy" && reason.error;
    expect(error).toMatchObject({ code: "decode" });
    expect(await read.next()).toMatchObject({ value: { data: 1 } });
    await expect(read.next()).rejects.toBe(error);
    expect(await read.next()).toMatchObject({ done: true });
    const settled = (await Promise.allSettled(steps)) as { value?: { done: boolean }; reason?: unknown }[];
    expect(settled.map(({ value, reason }) => reason ?? value?.done)).toEqual([false, error, true]);
    await expect(source.events("message").next()).rejects.toBe(error);
    expect(server.clock.reports).toEqual([]);
  });

  test("a `break` removes the iteration's listener", async () => {
    const parsed: string[] = [];
    const source = open(transport, { parse: (data) => parsed.push(data) && data });
    source.on("end", ignore);
    const events = source.events("message");
    server.send("message", 1);
    server.send("message", 2);
    for await (const { data } of events) if (data === "2") break;
    expect(server.listenedNames).toEqual(["end"]);
    expect(await events.next()).toMatchObject({ done: true });
    server.send("message", 3);
    server.send("end", 4);
    expect(parsed).toEqual(["1", "2", "4"]);
  });

  test.each<[string, Partial<EventSourceInit>, (source: EventSource) => unknown, string]>([
    ["leaves the source open", {}, ignore, "open"],
    ["closes a source that nobody else listens to, where that is wanted", { closeAfterLoop: true }, ignore, "closed"],
    ["closes a shared source alone", { closeAfterLoop: true, shared: true }, ignore, "closed"],
    ["leaves one with a handler open", { closeAfterLoop: true }, (source) => source.on("other", ignore), "open"],
    ["leaves one with a listener of the DOM open", { closeAfterLoop: true }, (source) => (source.onmessage = ignore), "open"],
    ["leaves one with another loop open", { closeAfterLoop: true }, (source) => source.events("message").next(), "open"],
    [
      "closes one that is watched alone",
      { closeAfterLoop: true },
      (source) => [
        source.onState(ignore),
        source.onError(ignore),
        source.onGap(ignore),
        (source.onopen = ignore),
        (source.onerror = ignore),
      ],
      "closed",
    ],
  ])("a break %s", async (_, init, use, state) => {
    const other = init.shared ? open(transport, init) : undefined;
    const source = open(transport, init);
    use(source);
    const events = source.events("message");
    server.send("message", 1);
    for await (const _ of events) break;
    expect(source.state).toMatchObject({ type: state, ...(state === "closed" && { reason: { type: "requested" } }) });
    expect(other?.readyState ?? 1).toBe(1);
    source.close();
    other?.close();
  });

  test("a loop that the server ends does not count as one with a `break`", async () => {
    const source = open(transport, { closeAfterLoop: true, terminalEvent: "bye" });
    const events = source.events("message");
    server.send("bye", null);
    expect(await drain(events)).toEqual([]);
    expect(await source.closed).toEqual({ type: "finished" });
  });

  test("`return` ends pending calls of `next`", async () => {
    const source = open(transport);
    const events = source.events("message");
    const steps = [events.next(), events.next()];
    const ends = [await events.return(), ...(await Promise.all(steps))];
    expect(ends.map(({ done }) => done)).toEqual([true, true, true]);
    expect(source.state.type).toBe("connecting");
  });
});
