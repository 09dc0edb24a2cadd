// Streams of all kinds, cut at random.

import { resilientFetch } from "typed-eventsource/resilient-fetch";
import { expect, test } from "vitest";
import { cutFetch, encode } from "../support/cut-fetch.ts";

/** Numbers from 0 to 1 that depend on the seed alone. */
function numbers(seed: number) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const TEXTS = ["", "1", "é€😀", "a: b", " spaced ", "\ufeff", "x".repeat(70)];

function streamOf(random: () => number) {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const end = pick(["\n", "\r\n", "\r"]);
  const hasIds = random() < 0.6;
  const events = Array.from({ length: 2 + Math.floor(random() * 10) }, (_, number) => {
    const lines = [`data: ${pick(TEXTS)}`];
    // By its first id a stream is known that starts again.
    if (hasIds && (number === 0 || random() < 0.8)) lines.unshift(`id: ${number}é`);
    if (random() < 0.3) lines.unshift(`event: ${pick(["a", "b", "ü"])}`);
    if (random() < 0.3) lines.push(`data:${pick(TEXTS)}`);
    if (random() < 0.2) lines.unshift(": hi");
    return [...lines, "", ""].join(end);
  });
  const mark = random() < 0.3 ? "\ufeff" : "";
  const last = ["event: done", "data: 0", "", ""].join(end);
  return { mark, events: [...events, last], hasIds, mayRepeat: random() < 0.5, chunk: 1 + Math.floor(random() * 30) };
}

/** What parsers see of a stream: the lines of its events. A comment or a blank line may come again. */
const linesOf = (text: string) =>
  text
    .replace(/\r\n?/g, "\n")
    .replace(/^: hi\n/gm, "")
    .replace(/\n{3,}/g, "\n\n");

test.each(Array.from({ length: 20 }, (_, seed) => seed))("no cut changes a stream (%i)", async (seed) => {
  const random = numbers(seed);
  const round = async () => {
    const { mark, events, hasIds, mayRepeat, chunk } = streamOf(random);
    const { fetch, calls } = cutFetch(({ headers }, number) => {
      const id = decodeURIComponent(escape(headers.get("Last-Event-ID") ?? ""));
      const known = mayRepeat || !id ? -1 : events.findIndex((event) => event.includes(`id: ${id}`));
      const bytes = encode(mark + events.slice(known + 1).join(""));
      const cut = number > 6 ? bytes.length : Math.floor(random() * (bytes.length + 1));
      return { bytes: bytes.subarray(0, cut), chunk, end: cut < bytes.length && random() < 0.5 ? "broken" : "complete" };
    });
    const repeats = hasIds ? undefined : "from-start";
    const init = { fetch, repeats, terminalEvent: "done", backoff: { initial: 1, maxAttempts: 10 } } as const;
    const reader = (await resilientFetch(init)("http://127.0.0.1/")).body!.getReader();
    const whole = linesOf(mark + events.join(""));
    let text = "";
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    for (let item = await reader.read(); !item.done; item = await reader.read()) {
      text += decoder.decode(item.value, { stream: true });
      // Only whole events are passed on.
      expect(text).toMatch(/(^\ufeff?|[\r\n])$/);
      expect(linesOf(text).replace(/\n+$/, "")).toBe(whole.slice(0, linesOf(text).replace(/\n+$/, "").length));
    }
    expect(linesOf(text).trim(), `after ${calls.length} requests`).toBe(whole.trim());
  };
  await Promise.all(Array.from({ length: 20 }, round));
});
