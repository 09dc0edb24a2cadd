// A text that is cut anywhere arrives over `fetch` as on the browser's own source, as far as that source follows the standard.
// Firefox's own source does not where there is a NUL, or an id without data.

import { expect, test } from "vitest";
import { type Attempt, type Transport, base64, bytesOf, open, play } from "../support/streams.ts";

const STREAM = bytesOf(
  [0xef, 0xbb, 0xbf],
  "id: 1é\ndata: é€😀\n\n",
  "data: a\ndata: ü\r\ndata: 😀\r\n\r\n",
  "event: é\nid: 😀\ndata: x\ufeffy\ufeff\n\n",
  "event: 😀\ndata: after\nid: late€\n\n",
  ": comment €\n\n",
  "data:\n\n",
  "data\n\n",
  "event: unheard\nid: ü\ndata: ü\n\n",
  "data: ",
  [0xff, 0xc3, 0x28, 0xe2, 0x82],
  " b ",
  [0xed, 0xa0, 0x80],
  "\n\n",
  "data: ",
  [0xf0, 0x9f, 0x98],
  "\n\n",
  "id: ",
  [0xc3],
  "\ndata: 1\n\n",
  "id\ndata: 3\r\rdata: 4\n\n",
);

/** The events of some names up to the event `end`. */
async function listen(transport: Transport, url: string) {
  const source = open(url, { transport, parse: "text" });
  const told: unknown[] = [];
  for (const name of ["message", "é", "😀"]) {
    source.on(name, ({ type, data, lastEventId }) => told.push([type, data, lastEventId]));
  }
  await new Promise((resolve) => source.on("end", resolve));
  source.close();
  return told;
}

/** Expects that both transports hear the same, and `count` events. */
async function expectSame(steps: NonNullable<Attempt["steps"]>, count: number) {
  const url = await play({ steps: [...steps, { send: "event: end\ndata: 0\n\n" }, "silence"] });
  const [overFetch, overBrowser] = [await listen("fetch", url), await listen("browser", url)];
  expect(overFetch).toHaveLength(count);
  expect(overFetch).toEqual(overBrowser);
}

test.each([1, 2, 3, 5, 7, 11])("a text that is cut into %i bytes arrives as on the browser's own source", async (size) => {
  const steps = [];
  for (let start = 0; start < STREAM.length; start += size) {
    steps.push({ send_base64: base64(STREAM.subarray(start, start + size)) }, { pause: 1 });
  }
  await expectSame(steps, 11);
});

test("a text in one chunk arrives as on the browser's own source", async () => {
  await expectSame([{ send_base64: base64(STREAM) }], 11);
});

test("many events in a chunk arrive as on the browser's own source", async () => {
  const send = "id: {n}é\ndata: 😀{n}€\n\nevent: é\ndata: {n}\n\nevent: unheard\ndata: ü\n\n";
  await expectSame([{ repeat: { times: 5000, send } }], 10_000);
});
