// Queues that wait, before a server that sends more than they have room for.

import { expect, test } from "vitest";
import { ignore, isFirefox, open, play, seen, until } from "../support/streams.ts";

const post = { transport: "fetch", method: "POST", body: "why?" } as const;

const laterTask = () => new Promise((resolve) => setTimeout(resolve));

test("a loop that is slower than its server misses no answer to a POST", async () => {
  const url = await play({ steps: [{ repeat: { times: 20_000, send: "data: {n}\n\n" } }, { send: "data: [DONE]\n\n" }] });
  const source = open(url, { ...post, terminalData: "[DONE]" });
  const events = source.events("message");
  const told: unknown[] = [];
  for await (const { data } of events) {
    told.push(data);
    if (told.length % 50 === 0) await laterTask();
  }
  expect(told).toEqual(Array.from({ length: 20_000 }, (_, n) => n));
  expect([events.dropped, await source.closed]).toEqual([0, { type: "finished" }]);
});

test("the server has to wait while a queue is full, and a source that is held back closes at once", async () => {
  const event = `data: "${"x".repeat(1013)}"\n\n`;
  const url = await play({ steps: [{ fill: { bytes: 64 * 1024 * event.length, send: event } }] });
  const heard = [0, 0];
  const sources = heard.map((_, index) => {
    const source = open(`${url}#${index}`, { ...post, queue: { capacity: 10 } });
    source.onError(ignore);
    source.on("message", () => (heard[index] += 1));
    return { source, events: source.events("message") };
  });
  await until(() => heard.every((count) => count === 10));
  // Meanwhile another request gets the whole response.
  await (await fetch(url)).arrayBuffer();
  const attempts = await seen(url, { attempts: 3, closed: 1 });
  // Firefox takes in, and keeps, whatever a server sends.
  if (!isFirefox) expect(attempts.map(({ closed_by }) => closed_by)).toEqual([null, null, "server"]);
  expect(heard).toEqual([10, 10]);
  const [closing, leaving] = sources;
  closing.source.close();
  expect(await closing.source.closed).toEqual({ type: "requested" });
  await seen(url, { closed: 2 });
  await leaving.events.return();
  expect(await leaving.source.closed).toEqual({ type: "finished" });
  expect(heard).toEqual([10, 64 * 1024]);
});
