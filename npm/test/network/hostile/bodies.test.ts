// A hostile server that sends more than a client can take, apart from the table of attacks.

import type { EventSourceInit, FetchInit } from "typed-eventsource";
import { describe, expect, onTestFinished, test } from "vitest";
import { MiB, memoryGrowth } from "../../support/hostile.ts";
import * as streams from "../../support/streams.ts";
import { TRANSPORTS, ignore, isFirefox, play, release, until } from "../../support/streams.ts";

const open = (url: string, init?: Partial<FetchInit>) => streams.open(url, { transport: "fetch", ...init });

test("a source does not read more at once than its buffer has room for", async () => {
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
  // Keeps the thread busy. Meanwhile many bytes come, and wait to be read.
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

test("an event without end is too large by the default limit", async () => {
  const url = await play({ steps: [{ send: "data: " }, { fill: { bytes: 2 ** 50, send: "x" } }] });
  const source = open(url, { parse: "text" });
  source.onError(ignore);
  expect(await source.closed).toMatchObject({ error: { code: "event-too-large" } });
  expect(memoryGrowth()).toBeLessThanOrEqual(128 * MiB);
});

describe.each(TRANSPORTS)("over %s", (transport) => {
  // A user's parser may overflow the stack. That is an error like any other.
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
