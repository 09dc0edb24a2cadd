// What is read of a response while other tasks have their turn between its events.

import { EventSource } from "typed-eventsource";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { holdTurns } from "../support/turns.ts";

afterEach(() => vi.unstubAllGlobals());

/** Answers requests with a body that the test fills. The body breaks off when the request is aborted. */
function stubBody(source: { type?: "bytes"; pull?: () => void } = {}) {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const start = (given: unknown) => void (controller = given as typeof controller);
  const body = new ReadableStream({ ...source, start } as UnderlyingDefaultSource<Uint8Array>);
  vi.stubGlobal("fetch", async ({ signal }: Request) => {
    signal.addEventListener("abort", () => controller.error(signal.reason));
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  });
  return {
    send: (text: string) => controller.enqueue(new TextEncoder().encode(text)),
    end() {
      controller.close();
      (controller as Partial<ReadableByteStreamController>).byobRequest?.respond(0);
    },
    breakOff: () => controller.error(new TypeError("cut")),
  };
}

/** A source that lets other tasks run after each event, since it has a listener of the DOM, and what its listeners were told. */
function openSource() {
  const source = new EventSource("http://prices.test/", { transport: "fetch", policy: "close-on-error" });
  const told: unknown[] = [];
  const opened = new Promise((resolve) => (source.onopen = resolve));
  source.onmessage = ({ data }) => told.push(Number(data));
  source.onError(({ code }) => told.push(code));
  return { source, told, opened };
}

/** The time of a clock that only the test turns. */
function stubClock() {
  const clock = { now: 1_000 };
  const spy = vi.spyOn(performance, "now").mockImplementation(() => clock.now);
  onTestFinished(() => spy.mockRestore());
  return clock;
}

const laterTask = () => new Promise((resolve) => setTimeout(resolve));

test("what is read in the turn of other tasks comes before the error that follows it", async () => {
  const letGo = holdTurns();
  const body = stubBody();
  const { source, told, opened } = openSource();
  await opened;
  for (const data of [1, 2, 3]) {
    body.send(`data: ${data}\n\n`);
    await laterTask();
  }
  body.breakOff();
  await laterTask();
  expect(told).toEqual([]);
  letGo();
  await source.closed;
  expect(told).toEqual([1, 2, 3, "connection-lost"]);
});

test("small chunks that are read in the turn of other tasks come in order, beside large ones", async () => {
  const letGo = holdTurns();
  const body = stubBody({ type: "bytes" });
  const { source, told, opened } = openSource();
  await opened;
  const padding = (length: number) => `: ${"x".repeat(length)}\n`;
  const events = Array.from({ length: 400 }, (_, data) => `${padding(data === 250 ? 80_000 : data)}data: ${data}\n\n`);
  for (const event of events) {
    body.send(event.slice(0, 7));
    body.send(event.slice(7));
    if (event.length % 50 === 0) await laterTask();
  }
  body.end();
  await laterTask();
  letGo();
  await source.closed;
  expect(told).toEqual([...events.keys(), "connection-lost"]);
});

test("no more is read in the turn of other tasks than there is room for", async () => {
  const letGo = holdTurns();
  let chunks = 0;
  const body = stubBody({
    pull() {
      chunks += 1;
      body.send(`data: ${"x".repeat(200 * 1024)}\n\n`);
    },
  });
  const { source, opened } = openSource();
  await opened;
  for (let tasks = 0; tasks < 20; tasks += 1) await laterTask();
  // One of these chunks waits in the body.
  expect(chunks).toBe(4);
  source.close();
  letGo();
});

test.each([100, 100 * 1024, 600 * 1024])("chunks of %i bytes that are read in the turn of other tasks are as they came", async (size) => {
  const letGo = holdTurns();
  const body = stubBody({ type: "bytes" });
  const { source, opened } = openSource();
  const heard: string[] = [];
  source.addEventListener("message", ({ data }) => heard.push(data));
  await opened;
  const sent = ["1", "2", "3", "4", "5", "6"].map((digit) => digit.repeat(size));
  for (const data of sent) {
    body.send(`data: ${data}\n\n`);
    await laterTask();
  }
  letGo();
  body.end();
  await source.closed;
  expect(heard.map((data) => [data.length, new Set(data)])).toEqual(sent.map((data) => [size, new Set(data[0])]));
});

test("a source that is closed while its body is read leaves no rejection behind", async () => {
  const rejections: unknown[] = [];
  const note = (reason: unknown) => rejections.push(reason);
  process.on("unhandledRejection", note);
  const body = stubBody();
  const { source, told } = openSource();
  source.addEventListener("message", () => source.close());
  body.send("data: 1\n\ndata: 2\n\n");
  expect(await source.closed).toEqual({ type: "requested" });
  await laterTask();
  process.off("unhandledRejection", note);
  expect([told, rejections]).toEqual([[1], []]);
});

test.each([
  { stream: "a slow stream", time: "while a chunk is waited for", wait: 5, work: 0, takesTurns: false },
  { stream: "a busy stream", time: "in its listener", wait: 0, work: 5, takesTurns: true },
])("$stream, whose time passes $time, lets other tasks run: $takesTurns", async ({ wait, work, takesTurns }) => {
  const clock = stubClock();
  const body = stubBody();
  const source = new EventSource("http://prices.test/", { transport: "fetch", policy: "close-on-error" });
  const told: unknown[] = [];
  const opened = new Promise((resolve) => source.onState(({ type }) => type === "open" && resolve(undefined)));
  source.on("message", ({ data }) => {
    told.push(data);
    clock.now += work;
  });
  await opened;
  await laterTask();
  const letGo = holdTurns();
  const sent = Array.from({ length: 10 }, (_, data) => data);
  for (const data of sent) {
    clock.now += wait;
    body.send(`data: ${data}\n\n`);
    await laterTask();
  }
  expect(told.length < sent.length).toBe(takesTurns);
  letGo();
  await vi.waitFor(() => expect(told).toEqual(sent));
  source.close();
});

test("a stream whose time passes in promises of its listener lets other tasks run", async () => {
  const clock = stubClock();
  const body = stubBody();
  const source = new EventSource("http://prices.test/", { transport: "fetch", policy: "close-on-error" });
  const told: unknown[] = [];
  source.on("message", async ({ data }) => {
    told.push(data);
    await undefined;
    clock.now += 5;
  });
  await vi.waitFor(() => expect(source.state.type).toBe("open"));
  const letGo = holdTurns();
  const sent = Array.from({ length: 40 }, (_, data) => data);
  for (const data of sent) body.send(`data: ${data}\n\n`);
  await laterTask();
  expect(told.length).toBeLessThan(sent.length);
  letGo();
  await vi.waitFor(() => expect(told).toEqual(sent));
  source.close();
});
