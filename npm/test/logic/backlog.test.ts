// What is read of a response while other tasks have their turn between its events.

import init, { EventSource } from "typed-eventsource";
import { afterEach, expect, test, vi } from "vitest";
import { holdTurns } from "../support/turns.ts";

await init();

afterEach(() => vi.unstubAllGlobals());

/** Answers with a body that the test fills. It breaks off when the request is aborted, and an error empties it. */
function stubBody(source: UnderlyingDefaultSource<Uint8Array> = {}) {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream({ ...source, start: (given) => void (controller = given) });
  vi.stubGlobal("fetch", async ({ signal }: Request) => {
    signal.addEventListener("abort", () => controller.error(signal.reason));
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  });
  return {
    send: (text: string) => controller.enqueue(new TextEncoder().encode(text)),
    breakOff: () => controller.error(new TypeError("cut")),
  };
}

/** A source whose DOM listeners let other tasks run after each event, and what they were told. */
function openSource() {
  const source = new EventSource("http://prices.test/", { transport: "fetch", policy: "close-on-error" });
  const told: unknown[] = [];
  const opened = new Promise((resolve) => (source.onopen = resolve));
  source.onmessage = ({ data }) => told.push(Number(data));
  source.onError(({ code }) => told.push(code));
  return { source, told, opened };
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
  // Of these one waits in the body.
  expect(chunks).toBe(4);
  source.close();
  letGo();
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
