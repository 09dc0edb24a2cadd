// Queues that wait: while one is full, nothing more is read.

import { EventSource, type EventIterator, type FetchInit, type TypedEvent } from "typed-eventsource";
import { describe, expect, test } from "vitest";
import { ignore, open, reconnect, server } from "../support/fake-server.ts";

const waiting = (capacity: number, init?: Partial<FetchInit>) => open("fetch", { queue: { capacity, whenFull: "wait" }, ...init });

const post = { transport: "fetch", method: "POST", body: "why?" } as const;

/** The numbers from the first to the last. */
const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

const sendAll = (numbers: number[]) => numbers.forEach((n) => server.send("message", n));

const step = async (events: EventIterator<TypedEvent<unknown>>) => (await events.next()).value?.data;

/** The rest of an iteration, and the code of the error that it throws. */
async function drain(events: EventIterator<TypedEvent<unknown>>) {
  const told: unknown[] = [];
  try {
    for await (const { data } of events) told.push(data);
  } catch (error) {
    told.push((error as { code: string }).code);
  }
  return told;
}

test("while a queue that waits is full, nothing more is read, and all of it comes in order", async () => {
  const source = waiting(2);
  const heard: unknown[] = [];
  source.on("message", ({ data }) => heard.push(data));
  source.on("other", ({ data }) => heard.push(`other ${data}`));
  const events = source.events("message");
  sendAll([1, 2, 3]);
  server.send("other", 4);
  sendAll([5]);
  expect(heard).toEqual([1, 2]);
  expect(await step(events)).toBe(1);
  expect(heard).toEqual([1, 2, 3]);
  expect(await step(events)).toBe(2);
  expect(heard).toEqual([1, 2, 3, "other 4", 5]);
  expect([await step(events), await step(events)]).toEqual([3, 5]);
  sendAll([6]);
  expect(heard.at(-1)).toBe(6);
  expect(events.dropped).toBe(0);
  expect(server.clock.reports).toEqual([]);
});

test("a consumer that waits for the next event is handed it past the queue", async () => {
  const source = waiting(1);
  const events = source.events("message");
  const steps = [step(events), step(events)];
  sendAll(range(1, 5));
  expect(await Promise.all(steps)).toEqual([1, 2]);
  source.close();
  expect(await drain(events)).toEqual([3]);
});

describe("by default", () => {
  test.each<[string, Partial<FetchInit>, unknown[]]>([
    ["a request that is sent once waits", post, [1, 2, 3]],
    ["one whose refusal is retried waits", { ...post, policy: { resendRefused: true, retryStatuses: [429] } }, [1, 2, 3]],
    ["one that is sent again drops the oldest events", { ...post, policy: { resend: true } }, [2, 3]],
    ["a GET drops the oldest events", { transport: "fetch" }, [2, 3]],
  ])("%s", async (_, init, expected) => {
    const source = open("fetch", { terminalEvent: "bye", queue: { capacity: 2 }, ...init });
    source.onError(ignore);
    const events = source.events("message");
    sendAll([1, 2, 3]);
    server.send("bye", null);
    expect(await drain(events)).toEqual(expected);
    expect(await source.closed).toEqual({ type: "finished" });
  });

  test("a queue has room for 4,096 events", async () => {
    const source = open("fetch", post);
    let heard = 0;
    source.on("message", () => (heard += 1));
    const events = source.events("message");
    sendAll(range(1, 5000));
    expect(heard).toBe(4096);
    await events.return();
    expect(heard).toBe(5000);
  });
});

test("the browser's own transport cannot wait", () => {
  const refusal = { code: "invalid-option", message: '`queue.whenFull: "wait"` needs `transport: "fetch"`' };
  for (const transport of ["browser", undefined]) {
    const init = { transport, queue: { whenFull: "wait" } } as never;
    expect(() => new EventSource("/stream", init)).toThrow(expect.objectContaining(refusal));
  }
});

test("a source that is held back is not idle", async () => {
  const source = waiting(1, { policy: { idle: { after: 1000, then: "close" } } });
  const events = source.events("message");
  sendAll([1, 2]);
  server.clock.advance(3_600_000);
  expect(source.state.type).toBe("open");
  expect([await step(events), await step(events)]).toEqual([1, 2]);
  server.clock.advance(999);
  expect(source.state.type).toBe("open");
  server.clock.advance(1);
  expect(await drain(events)).toEqual(["idle"]);
});

test.each<[string, object, unknown[], (source: EventSource, abort: AbortController) => void]>([
  ["close()", { type: "requested" }, [1, 2], (source) => source.close()],
  ["an abort", { type: "aborted", reason: { code: "enough" } }, [1, 2, "enough"], (_, abort) => abort.abort({ code: "enough" })],
])("%s ends a source that is held back at once", async (_, reason, drained, end) => {
  const abort = new AbortController();
  const source = waiting(2, { signal: abort.signal });
  const events = source.events("message");
  sendAll([1, 2, 3]);
  end(source, abort);
  expect(server.connections).toBe(0);
  expect(await source.closed).toEqual(reason);
  expect(await drain(events)).toEqual(drained);
});

test("a loop that is left closes its source before what was not read yet is told", async () => {
  const source = open("fetch", { queue: { capacity: 1, whenFull: "wait" }, closeAfterLoop: true, terminalData: "[DONE]", method: "POST" });
  const events = source.events("message");
  sendAll([1, 2]);
  server.send("unheard", 3);
  server.end();
  expect(await step(events)).toBe(1);
  await events.return();
  expect(await source.closed).toEqual({ type: "requested" });
  expect([server.clock.reports, server.clock.hints]).toEqual([[], []]);
});

test("a loop that was left holds nobody back", async () => {
  const source = waiting(1);
  const heard: unknown[] = [];
  source.on("message", ({ data }) => heard.push(data));
  const [left, other] = [source.events("message"), source.events("message")];
  sendAll([1, 2, 3]);
  for await (const _ of left) break;
  expect(heard).toEqual([1]);
  await other.return();
  expect(heard).toEqual([1, 2, 3]);
});

test("the slowest of several loops sets the pace", async () => {
  const source = waiting(2);
  const [slow, fast] = [source.events("message"), source.events("message")];
  sendAll(range(1, 6));
  expect([await step(fast), await step(fast)]).toEqual([1, 2]);
  const next = step(fast);
  expect(await step(slow)).toBe(1);
  expect(await next).toBe(3);
  source.close();
  expect(await drain(slow)).toEqual([2, 3]);
});

describe("of what comes behind a full queue", () => {
  test("the terminal event ends the source in its turn", async () => {
    const source = waiting(2, { terminalEvent: "bye" });
    const events = source.events("message", "bye");
    sendAll([1, 2]);
    server.send("bye", "all");
    expect(source.state.type).toBe("open");
    expect(await step(events)).toBe(1);
    expect(source.state).toEqual({ type: "closed", reason: { type: "finished" } });
    expect(await drain(events)).toEqual([2, "all"]);
  });

  test.each<[string, () => void, unknown]>([
    ["the end", () => server.end(), { type: "finished" }],
    ["the end within an event", () => server.endWithin("message", "3"), { type: "policy", error: { code: "unfinished-event" } }],
    ["the loss", () => server.lose(), { type: "policy", error: { code: "connection-lost" } }],
    ["a failure", () => server.fail(500), { type: "policy", error: { code: "status" } }],
  ])("%s is noticed when the reading goes on", async (_, end, reason) => {
    const source = waiting(2, post);
    source.onError(ignore);
    const events = source.events("message");
    sendAll([1, 2]);
    end();
    server.send("message", "into the void");
    expect(source.state.type).toBe("open");
    expect(await step(events)).toBe(1);
    expect(await source.closed).toMatchObject(reason as object);
    expect(await step(events)).toBe(2);
  });

  test("a loss leads to a request that continues after the last event in the queue", async () => {
    const source = waiting(2, { policy: "resilient" });
    source.onError(ignore);
    const events = source.events("message");
    for (const n of ["1", "2"]) server.sendWithId("message", n, n);
    expect(source.lastEventId).toBe("2");
    server.lose();
    expect([await step(events), source.state.type]).toEqual([1, "waiting"]);
    reconnect();
    expect(server.attempts.map(({ lastEventId }) => lastEventId)).toEqual(["", "2"]);
    server.sendWithId("message", "3", "3");
    server.sendWithId("message", "4", "4");
    expect([await step(events), await step(events), await step(events)]).toEqual([2, 3, 4]);
  });
});

test("a new connection is held back too while the queue is full", async () => {
  const source = waiting(1, { policy: "resilient" });
  source.onError(ignore);
  const heard: unknown[] = [];
  source.on("other", ({ data }) => heard.push(data));
  const events = source.events("message");
  sendAll([1]);
  // The network has changed, so the connection is replaced.
  server.clock.goOnline();
  reconnect();
  expect([source.state.type, server.attempts.length]).toEqual(["open", 2]);
  server.send("other", 2);
  expect(heard).toEqual([]);
  expect(await step(events)).toBe(1);
  expect(heard).toEqual([2]);
});

test("what a listener sends, and takes, is read one after the other", async () => {
  const source = waiting(1);
  const [events, heard] = [source.events("message"), [] as unknown[]];
  const taken: Promise<unknown>[] = [];
  source.on("message", ({ data }) => {
    heard.push(data);
    if (data === 1) sendAll(range(2, 6));
    if (data === 2) taken.push(step(events), step(events));
  });
  sendAll([1]);
  expect(heard).toEqual([1]);
  expect(await step(events)).toBe(1);
  expect(heard).toEqual([1, 2, 3, 4]);
  expect(await Promise.all(taken)).toEqual([2, 3]);
  source.close();
  expect(await drain(events)).toEqual([4]);
});

describe("sources that share a connection", () => {
  const share = (capacity: number, init?: Partial<FetchInit>) => waiting(capacity, { shared: true, ...init });

  test("wait for the slowest of them", async () => {
    const [slow, fast] = [share(1), share(3)];
    const heard: unknown[] = [];
    fast.on("message", ({ data }) => heard.push(data));
    const events = slow.events("message");
    sendAll([1, 2, 3]);
    expect(heard).toEqual([1]);
    expect(await step(events)).toBe(1);
    expect(heard).toEqual([1, 2]);
    expect(server.attempts).toHaveLength(1);
  });

  test.each<[string, (slow: EventSource, events: EventIterator<unknown>) => unknown]>([
    ["closes", (slow) => slow.close()],
    ["leaves its loop", (_, events) => events.return()],
  ])("go on when the slow one %s", async (_, end) => {
    const [slow, other] = [share(1), share(1)];
    const heard: unknown[] = [];
    other.on("message", ({ data }) => heard.push(data));
    const events = slow.events("message");
    sendAll([1, 2, 3]);
    expect(heard).toEqual([1]);
    await end(slow, events);
    expect(heard).toEqual([1, 2, 3]);
    other.close();
  });

  test("are not idle while one of them is held back", async () => {
    const idle = { policy: { idle: { after: 1000, then: "close" } } } as const;
    const [slow, other] = [share(1, idle), share(1, idle)];
    const events = slow.events("message");
    sendAll([1, 2]);
    server.clock.advance(60_000);
    expect([slow.state.type, other.state.type]).toEqual(["open", "open"]);
    await events.return();
    server.clock.advance(1000);
    expect([slow.state.type, other.state.type]).toEqual(["closed", "closed"]);
    expect(await other.closed).toMatchObject({ error: { code: "idle" } });
  });

  test("are held back by one that joins again with a full queue", async () => {
    const rule = ({ error }: { error: { code: string } }) => (error.code === "decode" ? { type: "reopen" as const, after: 10 } : undefined);
    const [slow, other] = [share(1, { policy: { rule } }), share(1, { policy: { rule } })];
    slow.onError(ignore);
    const heard: unknown[] = [];
    other.on("other", ({ data }) => heard.push(data));
    const events = slow.events("message");
    slow.on("bad", ignore);
    server.sendText("bad", "{");
    expect(slow.state.type).toBe("waiting");
    other.events("bad").return();
    reconnect();
    sendAll([1]);
    server.send("other", 1);
    expect(heard).toEqual([]);
    expect(await step(events)).toBe(1);
    expect(heard).toEqual([1]);
    other.close();
    slow.close();
  });
});
