// What is read of a response while a full queue holds the source back.

import { EventSource, type FetchInit } from "typed-eventsource";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

const URL = "http://tokens.test/";

/** Waits for twenty tasks, in which everything happens that can happen now. */
async function settle() {
  for (let task = 0; task < 20; task += 1) await new Promise((resolve) => setTimeout(resolve));
}

/** Answers each request with the next of these bodies. */
function answerWith(...bodies: ReadableStream<Uint8Array>[]) {
  const requests: Request[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    requests.push(request);
    return new Response(bodies.shift(), { headers: { "content-type": "text/event-stream" } });
  });
  return requests;
}

/** A body with a chunk for each text, made when it is read. `end` decides how the body ends. */
function bodyOf(texts: string[], end: (body: ReadableStreamDefaultController) => void = (body) => body.close()) {
  const encoder = new TextEncoder();
  const chunks = [...texts];
  const pull = (body: ReadableStreamDefaultController) => {
    const text = chunks.shift();
    if (text === undefined) end(body);
    else body.enqueue(encoder.encode(text));
  };
  return { body: new ReadableStream({ pull }, { highWaterMark: 0 }), unread: () => chunks.length };
}

const events = (first: number, last: number, id = false) =>
  Array.from({ length: last - first + 1 }, (_, index) => `${id ? `id: ${first + index}\n` : ""}data: ${first + index}\n\n`);

/** A source whose queues wait when they have this many events. Each has another URL, since sources of one URL open at a bounded rate. */
function open(capacity: number, init: Partial<FetchInit> = {}) {
  const source = new EventSource(`${URL}#${Math.random()}`, { transport: "fetch", queue: { capacity, whenFull: "wait" }, ...init });
  const heard: unknown[] = [];
  source.on("message", ({ data }) => heard.push(data));
  source.onError(() => {});
  const loop = source.events("message");
  return { source, heard, loop, step: async () => (await loop.next()).value?.data };
}

beforeEach(() => {
  // The clock stands still. Otherwise a slow machine would give other tasks a turn, in which more is read.
  vi.spyOn(performance, "now").mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test("not one chunk more is read than the queue has room for, and then one for each event that is taken", async () => {
  const { body, unread } = bodyOf(events(1, 100));
  answerWith(body);
  const { source, heard, step } = open(3);
  await settle();
  expect([heard, unread()]).toEqual([[1, 2, 3], 97]);
  expect(await step()).toBe(1);
  await settle();
  expect([heard, unread()]).toEqual([[1, 2, 3, 4], 96]);
  expect([await step(), await step(), await step()]).toEqual([2, 3, 4]);
  await settle();
  expect([heard.at(-1), unread()]).toEqual([7, 93]);
  source.close();
});

test("a chunk with more events than there is room for is handed over bit by bit", async () => {
  answerWith(bodyOf([events(1, 10).join(""), "data: 11\n\n"]).body);
  const { source, heard, loop, step } = open(2, { method: "POST", body: "" });
  await settle();
  expect(heard).toEqual([1, 2]);
  expect(await step()).toBe(1);
  await settle();
  expect(heard).toEqual([1, 2, 3]);
  const rest: unknown[] = [];
  for await (const { data } of loop) rest.push(data);
  expect(rest).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect(loop.dropped).toBe(0);
  expect(await source.closed).toEqual({ type: "finished" });
});

test.each<[string, (body: ReadableStreamDefaultController) => void, unknown]>([
  ["the end", (body) => body.close(), { type: "finished" }],
  ["a break", (body) => body.error(new TypeError("cut")), { error: { code: "connection-lost" } }],
  ["terminal data", (body) => body.enqueue(new TextEncoder().encode("event: x\ndata: [DONE]\n\n")), { type: "finished" }],
])("%s behind a full queue comes after the events", async (_, end, reason) => {
  answerWith(bodyOf(events(1, 2), end).body);
  const { source, step } = open(2, { method: "POST", body: "", terminalData: "[DONE]", endOfBody: "finished" });
  await settle();
  expect(source.state.type).toBe("open");
  expect(await step()).toBe(1);
  expect(await source.closed).toMatchObject(reason as object);
  expect(await step()).toBe(2);
});

test("after a break the source continues after the last event in its queue", async () => {
  // The wait between the two requests takes time.
  vi.mocked(performance.now).mockRestore();
  const cut = (body: ReadableStreamDefaultController) => body.error(new TypeError("cut"));
  const requests = answerWith(bodyOf(events(1, 2, true), cut).body, bodyOf(events(3, 9, true)).body);
  const policy = { preset: "resilient", backoff: { initial: 0, jitter: false } } as const;
  const { source, heard, step } = open(2, { policy });
  await settle();
  expect([requests.length, source.lastEventId]).toEqual([1, "2"]);
  expect([await step(), await step(), await step()]).toEqual([1, 2, 3]);
  expect(requests.map(({ headers }) => headers.get("last-event-id"))).toEqual([null, "2"]);
  await settle();
  expect(heard).toEqual([1, 2, 3, 4, 5]);
  source.close();
});

test.each<[string, (opened: ReturnType<typeof open>, abort: AbortController) => void, boolean]>([
  ["close()", ({ source }) => source.close(), true],
  ["an abort", (_, abort) => abort.abort(), true],
  ["leaving the loop", ({ loop }) => void loop.return(), false],
])("%s ends the wait", async (_, end, ends) => {
  const { body, unread } = bodyOf(events(1, 9));
  const abort = new AbortController();
  const requests = answerWith(body);
  const opened = open(2, { signal: abort.signal, method: "POST", body: "" });
  await settle();
  expect(unread()).toBe(7);
  end(opened, abort);
  expect(requests[0].signal.aborted).toBe(ends);
  await opened.source.closed;
  expect([opened.heard.length, unread()]).toEqual(ends ? [2, 7] : [9, 0]);
});

test("a listener of the DOM sees each event in a separate task, also after the wait", async () => {
  answerWith(bodyOf([events(1, 4).join("")]).body);
  const { source, step } = open(1, { method: "POST", body: "" });
  const told: string[] = [];
  source.onmessage = async ({ data }) => {
    told.push(data);
    for (let turn = 0; turn < 10; turn += 1) await undefined;
    told.push(`${data} settled`);
  };
  for (const n of [1, 2, 3, 4]) {
    await settle();
    expect(await step()).toBe(n);
  }
  await source.closed;
  expect(told).toEqual(["1", "1 settled", "2", "2 settled", "3", "3 settled", "4", "4 settled"]);
});

test("sources that share a connection are held back together", async () => {
  const { body, unread } = bodyOf(events(1, 9));
  const requests = answerWith(body);
  const url = `${URL}#shared`;
  const share = (capacity: number) => {
    const source = new EventSource<{ message: number }>(url, { transport: "fetch", shared: true, queue: { capacity, whenFull: "wait" } });
    source.onError(() => {});
    return { source, loop: source.events("message") };
  };
  const [slow, fast] = [share(1), share(5)];
  const taken: number[] = [];
  const reading = (async () => {
    for await (const { data } of fast.loop) taken.push(data);
  })();
  await settle();
  expect([taken, unread(), requests.length]).toEqual([[1], 8, 1]);
  expect((await slow.loop.next()).value?.data).toBe(1);
  await settle();
  expect([taken, unread()]).toEqual([[1, 2], 7]);
  slow.source.close();
  await settle();
  expect(taken).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  fast.source.close();
  await reading;
});

test("a loop whose iterator was garbage-collected holds nobody back, and one that waits for an event is not collected", async () => {
  const [{ setFlagsFromString }, { runInNewContext }] = await Promise.all([import("node:v8"), import("node:vm")]);
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const { body } = bodyOf(events(1, 9), () => {});
  answerWith(body);
  const source = new EventSource(`${URL}#collected`, { transport: "fetch", queue: { capacity: 2, whenFull: "wait" } });
  const heard: unknown[] = [];
  source.on("message", ({ data }) => heard.push(data));
  // Nobody keeps these iterators.
  const first = source.events("message").next();
  source.events("message");
  await settle();
  const last = source.events("last").next();
  await vi.waitFor(
    () => {
      collect();
      expect(heard).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    },
    { timeout: 20_000, interval: 20 },
  );
  expect((await first).value?.data).toBe(1);
  source.close();
  expect(await last).toEqual({ value: undefined, done: true });
});
