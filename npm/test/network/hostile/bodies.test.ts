// A server that sends more than anybody can take: lines, events and floods without end, and what is small as it travels.

import type { EventSourceInit, FetchInit } from "typed-eventsource";
import { describe, expect, onTestFinished, test } from "vitest";
import { MiB, memoryGrowth } from "../../support/hostile.ts";
import * as streams from "../../support/streams.ts";
import { TRANSPORTS, base64, ignore, isFirefox, next, play, release, seen, seenFirst, until } from "../../support/streams.ts";

const open = (url: string, init?: Partial<FetchInit>) => streams.open(url, { transport: "fetch", ...init });

/** Reads a stream that begins like this, and is filled with a text: it is to be too large, and given up at once. */
async function expectTooLarge(start: string, send: string, init?: Partial<FetchInit>) {
  const url = await play({ steps: [{ send: start }, { fill: { bytes: 2 ** 50, send } }] });
  const source = open(url, { parse: "text", ...init });
  source.on("message", ignore);
  source.onError(ignore);
  expect(await source.closed).toMatchObject({ error: { code: "event-too-large" } });
  const attempts = await seen(url, { closed: 1 });
  expect(attempts.map(({ closed_by }) => closed_by)).toEqual(["client"]);
}

test.each(["data: ", "event: ", "id: ", "retry: ", "unknown: ", "no field", "data", "\ufeffdata: é"])(
  "a line without end is too large, whatever it says: %j",
  async (start) => {
    await expectTooLarge(start, "x0é", { maxEventSize: MiB });
    expect(memoryGrowth()).toBeLessThanOrEqual(12 * MiB);
  },
);

test.each(["data: 1\n", "data\n", "event: x\n", "id: 1\r\n", "data\nid\nevent\n"])(
  "an event without end is too large, however small its lines: %j",
  async (line) => {
    await expectTooLarge("", line, { maxEventSize: MiB });
    expect(memoryGrowth()).toBeLessThanOrEqual(12 * MiB);
  },
);

test("a comment without end takes no memory", async () => {
  const comment = [{ send: ":" }, { fill: { bytes: 64 * MiB, send: "x" } }];
  const before = memoryGrowth();
  const source = open(await play({ steps: [...comment, { send: "\n\ndata: 7\n\n" }, "silence"] }), { maxEventSize: 10 });
  expect(await next(source)).toMatchObject({ data: 7 });
  expect(memoryGrowth() - before).toBeLessThanOrEqual(4 * MiB);
});

test.each(["data\n\n", "event: unheard\ndata\n\n", "retry:1\n", ":\n", "\n"])(
  "tiny texts without end leave the page its turns: %j",
  async (send) => {
    const before = memoryGrowth();
    const url = await play({ steps: [{ fill: { bytes: 2 ** 50, send } }] });
    const source = open(url, { parse: "text" });
    let count = 0;
    source.on("message", () => (count += 1));
    await new Promise<void>((resolve) => source.onState(({ type }) => type === "open" && resolve()));
    // Had the page no turns, this would not come to its end, nor anything else.
    for (let turns = 0; turns < 8 || (count === 0 && send === "data\n\n"); turns += 1) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(source.state).toEqual({ type: "open" });
    source.close();
    expect(await seenFirst(url, { closed: 1 })).toMatchObject({ closed_by: "client" });
    expect(count > 0).toBe(send === "data\n\n");
    expect(memoryGrowth() - before).toBeLessThanOrEqual(4 * MiB);
  },
);

test("no more is read at once than there is room for", async () => {
  const url = await play({ steps: [{ fill: { bytes: 2 ** 50, send: "data\n\n" } }] });
  let [largest, total] = [0, 0];
  for (const { prototype } of [ReadableStreamDefaultReader, ReadableStreamBYOBReader] as any[]) {
    const { read } = prototype;
    prototype.read = async function (...room: unknown[]) {
      const result = await read.apply(this, room);
      largest = Math.max(largest, result.value?.length ?? 0);
      total += result.value?.length ?? 0;
      return result;
    };
    onTestFinished(() => void (prototype.read = read));
  }
  const source = open(url, { parse: "text" });
  // So that much waits to be read.
  const busy = () => {
    for (const start = performance.now(); performance.now() - start < 20;);
  };
  let count = 0;
  source.on("message", () => {
    count += 1;
    if (count % 20_000 === 0) busy();
  });
  await until(() => total > 4 * MiB);
  source.close();
  expect(largest).toBeLessThanOrEqual(512 * 1024);
});

test("an event without end is too large where nobody says how large it may be", async () => {
  await expectTooLarge("data: ", "x");
  expect(memoryGrowth()).toBeLessThanOrEqual(128 * MiB);
});

test("a body that inflates without end is too large", async () => {
  const block = new Uint8Array(MiB).fill(0x78);
  let blocks = 64;
  const line = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (to) => (blocks-- ? to.enqueue(block) : to.close()),
  });
  const bomb = new Uint8Array(await new Response(line.pipeThrough(new CompressionStream("gzip"))).arrayBuffer());
  expect(bomb.length).toBeLessThan(MiB);
  const url = await play({ headers: [["content-encoding", "gzip"]], steps: [{ send_base64: base64(bomb) }, "silence"] });
  const source = open(url);
  source.onError(ignore);
  expect(await source.closed).toMatchObject({ error: { code: "event-too-large" } });
  expect(memoryGrowth()).toBeLessThanOrEqual(128 * MiB);
});

describe.each(TRANSPORTS)("over %s", (transport) => {
  // What a user's parser makes of it may be a stack that is too deep, which is an error like any other.
  const descend = (text: string): unknown => (text === "7" ? 7 : [descend(text.slice(1))]);

  test.each<[string, EventSourceInit["parse"], string[], unknown[]]>([
    ["an error or a value", undefined, ["SyntaxError", "SyntaxError"], ["nested", 7]],
    ["an error where its parser has too deep a stack", descend, ["RangeError", "RangeError", "RangeError"], [7]],
  ])("deeply nested JSON is %s", async (_, parse, errors, values) => {
    const [opening, closing] = ["[".repeat(1e6), "]".repeat(1e6)];
    const texts = [opening, opening + closing, '{"a":'.repeat(1e5), "7"];
    const url = await play({ steps: ["wait", { send: texts.map((text) => `data: ${text}\n\n`).join("") }, "silence"] });
    const source = streams.open(url, { transport, parse } as Partial<EventSourceInit>);
    const causes: string[] = [];
    source.onError(({ code, cause }) => {
      const { name } = cause as Error;
      // Firefox has a special error for that.
      causes.push(code === "decode" && isFirefox && name === "InternalError" ? "RangeError" : name);
    });
    const told: unknown[] = [];
    const end = new Promise<void>((resolve) => {
      source.on("message", ({ data }) => {
        told.push(Array.isArray(data) ? "nested" : data);
        if (data === 7) resolve();
      });
    });
    await release(url);
    await end;
    expect([causes, told]).toEqual([errors, values]);
  });
});
