// What a source does when its signal is aborted.

import { EventSource, type EventIterator, type TypedEvent } from "typed-eventsource";
import { describe, expect, test } from "vitest";
import { TRANSPORTS, open, server } from "../support/fake-server.ts";

/** The data of an iteration, and what it throws, in a list. */
async function drain(events: EventIterator<TypedEvent<unknown>>) {
  const data: unknown[] = [];
  try {
    for await (const event of events) data.push(event.data);
  } catch (thrown) {
    return [data, [thrown]];
  }
  return [data, []];
}

describe.each(TRANSPORTS)("over %s", (transport) => {
  test.each([
    ["an error", new RangeError("enough")],
    ["a text", "enough"],
    ["zero", 0],
    ["null", null],
  ])("a loop ends with the events that wait, and by throwing the signal's reason, which is %s", async (_, why) => {
    const controller = new AbortController();
    const source = open(transport, { signal: controller.signal });
    const [first, second] = [source.events("message"), source.events("message")];
    const step = second.next();
    server.send("message", 1);
    server.send("message", 2);
    controller.abort(why);
    expect(await step).toMatchObject({ value: { data: 1 } });
    expect(await drain(first)).toEqual([[1, 2], [why]]);
    expect(await drain(second)).toEqual([[2], [why]]);
    expect(await first.next()).toEqual({ done: true, value: undefined });
    expect(await drain(source.events("message"))).toEqual([[], [why]]);
    expect(await source.closed).toEqual({ type: "aborted", reason: why });
    expect(source.state).toEqual({ type: "closed", reason: { type: "aborted", reason: why } });
  });

  test("a signal without a reason throws its `AbortError`", async () => {
    const signal = AbortSignal.abort();
    const source = open(transport, { signal });
    const { reason } = signal;
    expect(reason).toMatchObject({ name: "AbortError" });
    expect((await drain(source.events("message")))[1]).toEqual([reason]);
    expect(await source.closed).toEqual({ type: "aborted", reason });
    expect(server.attempts).toEqual([]);
  });

  test("an abort is no error", async () => {
    const controller = new AbortController();
    const source = open(transport, { signal: controller.signal });
    const told: unknown[] = [];
    source.onError(() => told.push("error"));
    source.onerror = () => told.push("error event");
    source.onState(({ type }) => told.push(type));
    server.open();
    controller.abort();
    await source.closed;
    expect([told, server.clock.reports]).toEqual([["open", "closed"], []]);
  });

  test("what closes a source before its signal is aborted is the reason", async () => {
    const controller = new AbortController();
    const source = open(transport, { signal: controller.signal });
    const events = source.events("message");
    source.close();
    controller.abort();
    expect(await source.closed).toEqual({ type: "requested" });
    expect(await drain(events)).toEqual([[], []]);
    const finished = open(transport, { signal: new AbortController().signal, terminalEvent: "bye" });
    server.send("bye", 1);
    expect(await finished.closed).toEqual({ type: "finished" });
  });

  test("of sources that share a connection only the one whose signal is aborted has its reason", async () => {
    const controller = new AbortController();
    const one = open(transport, { shared: true, signal: controller.signal });
    const other = open(transport, { shared: true });
    const [mine, others] = [one.events("message"), other.events("message")];
    server.send("message", 1);
    controller.abort("leaving");
    expect(await drain(mine)).toEqual([[1], ["leaving"]]);
    other.close();
    expect(await drain(others)).toEqual([[1], []]);
    expect(await Promise.all([one.closed, other.closed])).toEqual([{ type: "aborted", reason: "leaving" }, { type: "requested" }]);
    expect(new EventSource("/", { signal: AbortSignal.abort(7) }).state).toEqual({
      type: "closed",
      reason: { type: "aborted", reason: 7 },
    });
  });
});
