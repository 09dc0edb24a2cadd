// Events that have arrived when a connection breaks are delivered, although other tasks have their turn between them.

import { expect, test } from "vitest";
import * as streams from "../support/streams.ts";
import { play, release, seen, until } from "../support/streams.ts";
import { holdTurns } from "../support/turns.ts";

/** Reads a response until it breaks off. Yields when all of this text has arrived. */
async function* readToBreak(url: string, text: string) {
  const reader = (await fetch(url)).body?.getReader();
  let length = 0;
  try {
    for (;;) {
      const { value, done } = (await reader?.read()) ?? { done: true };
      if (done) break;
      length += value?.length ?? 0;
      if (length === text.length) yield;
    }
  } catch {
    return;
  }
  throw new Error("the response did not break off");
}

test("a break in the turn of other tasks loses nothing that was sent before it", async () => {
  const texts = [1, 2, 3, 4].map((data) => `data: ${data}\n\n`);
  const steps = [...texts.map((send) => ({ send })), "wait" as const, "reset" as const];
  // Firefox hands over a response only when its body begins.
  const [url, other] = [await play({ steps: [{ send: ":\n" }, "wait", ...steps] }), await play({ steps })];
  const letGo = holdTurns();
  const told: unknown[] = [];
  const source = streams.open(url, { transport: "fetch", policy: "close-on-error" });
  source.onopen = () => told.push("open");
  source.onmessage = ({ data }) => told.push(Number(data));
  source.onError(({ code }) => told.push(code));
  await until(() => told.length);
  await release(url);
  // Another reader shows when all events have arrived, and then when the break has.
  const reading = readToBreak(other, texts.join(""));
  await reading.next();
  await release(url);
  await release(other);
  await reading.next();
  await seen(url, { closed: 1 });
  expect(told).toEqual(["open"]);
  letGo();
  await source.closed;
  expect(told).toEqual(["open", 1, 2, 3, 4, "connection-lost"]);
});
