// A hostile server: ids that would be headers, bytes that are not UTF-8, and hardly any wait.

import type { EventSource, EventSourceInit } from "typed-eventsource";
import { describe, expect, test } from "vitest";
import * as streams from "../../support/streams.ts";
import { TRANSPORTS, base64, bytesOf, ignore, play, seen } from "../../support/streams.ts";

/** The first `count` messages of a source: the data and the last event id of each. */
async function messages(source: EventSource, count: number) {
  const told: unknown[] = [];
  source.onError(ignore);
  await new Promise<void>((resolve) => {
    source.on("message", ({ data, lastEventId }) => told.push([data, lastEventId]) === count && resolve());
  });
  return told;
}

/** The last event id that each attempt has sent, and the header that an attack would inject. */
const headersOf = async (url: string, attempts: number) => {
  const all = await seen(url, { attempts });
  return all.map(({ headers }) => [headers["last-event-id"] ?? "", headers["x-evil"]]);
};

describe.each(TRANSPORTS)("over %s", (transport) => {
  const open = (url: string, init?: Partial<EventSourceInit>) => streams.open(url, { transport, ...init } as Partial<EventSourceInit>);

  test("line ends in ids do not make headers", async () => {
    const [second, third] = ["2\u2028X-Evil: 3\u0085X-Evil: 4", "a b\tc: d"];
    const url = await play(
      { steps: [{ send: "retry: 10\nid: 1\rX-Evil: 1\r\nX-Evil: 2\ndata: 1\n\n" }] },
      { steps: [{ send: `id: ${second}\ndata: 2\n\n` }] },
      { steps: [{ send: `id: ${third}\ndata: 3\n\n` }] },
      { steps: [{ send: "data: 4\n\n" }, "silence"] },
    );
    const told = await messages(open(url), 4);
    expect(told.slice(0, 3)).toEqual([
      [1, "1"],
      [2, second],
      [3, third],
    ]);
    expect(await headersOf(url, 4)).toEqual(["", "1", second, third].map((id) => [id, undefined]));
  });

  const stream = bytesOf(
    [0xff],
    "data: not the name of a field\n\nda",
    [0xc3],
    "ta: nor this\nretry",
    [0xff],
    ": 1\n\n",
    "event: a",
    [0xff],
    "\ndata: 1\n\n",
    "event: ",
    [0xc3],
    "\r\ndata: ",
    [0xf0, 0x9f],
    "\r\n\r\n",
    "id: ",
    [0xe2, 0x82],
    "\ndata: ",
    [0xed, 0xa0, 0x80, 0xc0, 0xaf],
    "\n\n",
    "data: end\n\n",
  );

  test.each([1, 3, stream.length])("bytes that are not UTF-8 are replaced everywhere, in chunks of %i bytes", async (size) => {
    const steps = [];
    for (let start = 0; start < stream.length; start += size) steps.push({ send_base64: base64(stream.subarray(start, start + size)) });
    const source = open(await play({ steps: [...steps, "silence"] }), { parse: "text" });
    const told: unknown[] = [];
    await new Promise<void>((resolve) => {
      for (const name of ["message", "a\ufffd", "\ufffd"]) {
        source.on(name, ({ type, data, lastEventId }) => {
          if (data === "end") resolve();
          else told.push([type, data, lastEventId]);
        });
      }
    });
    expect(told).toEqual([
      ["a\ufffd", "1", ""],
      ["\ufffd", "\ufffd", ""],
      ["message", "\ufffd".repeat(5), "\ufffd"],
    ]);
  });

  test("attempts that the policy makes in place of a browser that hardly waits continue after the last event", async () => {
    const numbers = [1, 2, 3, 4, 5, 6, 7];
    const url = await play(...numbers.map((id) => ({ steps: [{ send: `retry: 0\nid: ${id}\ndata: ${id}\n\n` }] })));
    const source = open(url, { resumeParameter: "after" });
    const told = await messages(source, 7);
    source.close();
    expect(told).toEqual(numbers.map((id) => [id, `${id}`]));
    const made = await seen(url, { attempts: 7 });
    const ids = made.map(({ path, headers }) => headers["last-event-id"] || new URL(path, url).searchParams.get("after"));
    expect(ids.slice(0, 7)).toEqual([null, "1", "2", "3", "4", "5", "6"]);
  });
});

// Firefox's own source loses the part of an id after a NUL.
test("an id with a NUL is not sent as a header", async () => {
  const url = await play(
    { steps: [{ send: "retry: 10\nid: 1\ndata: 1\n\nid: 2\u0000\r\nX-Evil: 1\ndata: 2\n\n" }] },
    { steps: [{ send: "data: 3\n\n" }, "silence"] },
  );
  const told = await messages(streams.open(url, { transport: "fetch" }), 3);
  expect(told).toEqual([1, 2, 3].map((data) => [data, "1"]));
  expect(await headersOf(url, 2)).toEqual([
    ["", undefined],
    ["1", undefined],
  ]);
});
