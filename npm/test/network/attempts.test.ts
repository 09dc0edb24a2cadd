// What is told of attempts to connect, and what is counted, with real responses.

import type { AttemptSummary, EventSource, FetchInit } from "typed-eventsource";
import { describe, expect, test } from "vitest";
import { type Attempt, TRANSPORTS, type Transport, ignore, next, open, play, release, until } from "../support/streams.ts";

const events = (count: number) => Array.from({ length: count }, (_, index) => `id: ${index + 1}\ndata: ${index + 1}\n\n`).join("");

const FEED: Attempt = { steps: [{ send: events(3) }, "wait", { send: events(2) }, "silence"] };
const REFUSAL: Attempt = { status: 503, steps: [] };

const POLICY = { preset: "resilient", backoff: { initial: 10 } } as const;

function watch(source: EventSource) {
  const attempts: AttemptSummary[] = [];
  source.onAttempt((attempt) => attempts.push(attempt));
  source.onError(ignore);
  return attempts;
}

describe.each(TRANSPORTS)("over %s", (transport: Transport) => {
  test("attempts are told with the URL that was asked, and with times of the clock", async () => {
    const url = await play(FEED, FEED);
    const before = Date.now();
    const source = open(url, { transport, resumeParameter: "since", policy: POLICY });
    const attempts = watch(source);
    source.on("message", () => {});
    await until(() => source.stats.events === 3);
    const after = Date.now();
    const [first] = attempts;
    expect(first).toMatchObject({ number: 1, reason: "first", outcome: "opened", url });
    expect(first.status).toBe(transport === "fetch" ? 200 : undefined);
    const { startedAt = 0, duration = -1 } = first;
    // The clocks may be adjusted a little.
    expect(startedAt).toBeGreaterThan(before - 1000);
    expect(startedAt + duration).toBeLessThan(after + 1000);
    const { lastEventAt = 0 } = source.stats;
    expect(lastEventAt).toBeGreaterThan(before - 1000);
    expect(lastEventAt).toBeLessThan(after + 1000);
    const { lastEventAt: same } = source.stats;
    expect(Math.abs(lastEventAt - (same ?? 0)), "it stands still, up to rounding").toBeLessThan(2);
  });

  test("an attempt that the server refuses is told, and one that gets no answer", async () => {
    const url = await play(REFUSAL, REFUSAL, FEED);
    const source = open(url, { transport, policy: POLICY, diagnose: true });
    const attempts = watch(source);
    await next(source);
    const [refused] = attempts;
    expect(refused).toMatchObject({ number: 1, outcome: "refused", status: 503, error: { code: "status" } });
    expect(attempts.at(-1)).toMatchObject({ reason: "reconnection", cause: attempts.at(-2)?.error, outcome: "opened" });
    expect(source.stats.attempts).toBe(attempts.length);

    const nobody = open("http://127.0.0.1:1/", { transport, policy: { ...POLICY, preset: "close-on-error" } });
    const failed = watch(nobody);
    await nobody.closed;
    expect(failed[0]).toMatchObject({ number: 1, outcome: "failed", status: undefined });
    expect(failed[0].error).toBeDefined();
  });

  test("an event says how many there were by then, and the close changes nothing", async () => {
    const url = await play({ steps: [{ send: events(100) }, "silence"] });
    const source = open(url, { transport });
    const seen: unknown[] = [];
    source.on("message", ({ data }) => {
      const { events, lastEventAt } = source.stats;
      seen.push([data, events, typeof lastEventAt]);
      if (data === 7) source.close();
    });
    await source.closed;
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7].map((data) => [data, data, "number"]));
    expect(source.stats).toMatchObject({ attempts: 1, opened: 1, events: 7 });
  });
});

describe("over fetch", () => {
  const openFetch = (url: string, init: Partial<FetchInit> = {}) => open(url, { transport: "fetch", ...init });

  test("the bytes of the body are counted, events that nobody listens to are not", async () => {
    const text = `: hello\n\n${events(3)}event: other\ndata: 1\n\n`;
    const url = await play({ steps: [{ send: text }, "end"] });
    const source = openFetch(url, { endOfBody: "finished" });
    source.on("message", () => {});
    await source.closed;
    expect(source.stats).toMatchObject({ events: 3, bytes: text.length, opened: 1 });
  });

  test("an attempt asks with the resume parameter", async () => {
    const url = await play({ steps: [{ send: "retry: 10\nid: 7\ndata: 1\n\n" }, "end"] }, FEED);
    const source = openFetch(url, { resumeParameter: "since", policy: POLICY });
    const attempts = watch(source);
    await until(() => attempts.length === 2);
    expect(attempts[1]).toMatchObject({ number: 2, outcome: "opened", url: `${url}?since=7`, cause: { code: "connection-lost" } });
  });

  test("listeners that come and go amid a chunk count no event twice", async () => {
    const url = await play({ steps: [{ send: events(50) + "event: last\ndata: 1\n\n" }, "end"] });
    const source = openFetch(url, { endOfBody: "finished" });
    const off = source.on("message", ({ data }) => {
      if (data === 10) source.on("last", () => {});
      if (data === 20) source.onGap(() => {});
      if (data === 30) off();
    });
    await source.closed;
    expect(source.stats.events).toBe(31);
  });

  test("what waits for a slow loop is not counted yet", async () => {
    const url = await play(FEED);
    const source = openFetch(url, { queue: { whenFull: "wait", capacity: 1 } });
    const loop = source.events("message");
    await loop.next();
    expect(source.stats.events).toBeLessThan(4);
    await loop.next();
    await loop.next();
    expect(source.stats.events).toBe(3);
    const { lastEventAt } = source.stats;
    await release(url);
    await loop.next();
    await loop.next();
    expect(source.stats.events).toBe(5);
    expect(source.stats.lastEventAt).toBeGreaterThanOrEqual(lastEventAt ?? Infinity);
  });

  test("duplicates and gaps are counted", async () => {
    const gap = `${events(3)}id: 9\ndata: 9\n\n`;
    const url = await play({ steps: [{ send: events(3) }, "end"] }, { steps: [{ send: gap }, "silence"] });
    const source = openFetch(url, { policy: POLICY, deduplicate: 10 });
    source.onError(ignore);
    source.on("message", () => {});
    await until(() => source.lastEventId === "9");
    expect(source.stats).toMatchObject({ attempts: 2, opened: 2, events: 4, duplicates: 3, gaps: 1 });
    expect(source.stats.bytes).toBe(events(3).length + gap.length);
  });
});
