// Reconnection times, hang-ups and redirects of a server that means harm.

import type { EventSourceInit } from "typed-eventsource";
import { describe, expect, test } from "vitest";
import { after, attemptsWithin } from "../../support/hostile.ts";
import * as streams from "../../support/streams.ts";
import { ORIGIN, TRANSPORTS, ignore, isFirefox, play, put, seen } from "../../support/streams.ts";

describe.each(TRANSPORTS)("over %s", (transport) => {
  const open = (url: string, init?: Partial<EventSourceInit>) => streams.open(url, { transport, ...init } as Partial<EventSourceInit>);

  test.each([
    ["20 digits", "9".repeat(20)],
    ["the largest number of 64 bits", "18446744073709551615"],
    ["1,000 digits", "9".repeat(1000)],
  ])("a reconnection time beyond all time makes no hot loop: %s", async (_, retry) => {
    const url = await play({ steps: [{ send: `retry: ${retry}\ndata: 1\n\n` }] });
    const source = open(url);
    source.onError(ignore);
    await new Promise<void>((resolve) => source.onState(({ type }) => type === "waiting" && resolve()));
    // Over fetch it is as long as the policy lets a server ask for.
    if (transport === "fetch") expect(source.state).toEqual({ type: "waiting", attempt: 1, retryIn: 3_600_000 });
    await after(300);
    // A browser may take it for no time at all, and come back after its own.
    expect(await attemptsWithin(300, url)).toBe(1);
  });

  test.each<[string, string, Partial<EventSourceInit>, number]>([
    ["that have brought an event", "retry: 0\ndata: 1\n\n", {}, 155],
    ["in vain", "retry: 0\n\n", {}, 7],
    ["in vain, with a backoff", "retry: 0\n\n", { policy: "resilient" }, 7],
    ["that have brought an event with an id", "retry: 0\nid: 1\ndata: 1\n\n", { resumeParameter: "after" }, 155],
  ])("connections %s are made so often and no more", async (_, send, init, most) => {
    const url = await play({ steps: [{ send }] });
    const source = open(url, init);
    source.onError(ignore);
    source.on("message", ignore);
    await after(1500);
    source.close();
    expect(await attemptsWithin(1500, url)).toBeLessThanOrEqual(most);
  });

  test("what takes the place of a hasty browser goes on from the last event", async () => {
    const attempts = [1, 2, 3, 4, 5, 6].map((id) => ({ steps: [{ send: `retry: 0\nid: ${id}\ndata: ${id}\n\n` }] }));
    const url = await play(...attempts, { steps: [{ send: "data: 7\n\n" }, "silence"] });
    const source = open(url, { resumeParameter: "after" });
    source.onError(ignore);
    const told: unknown[] = [];
    await new Promise<void>((resolve) => source.on("message", ({ data }) => told.push(data) === 7 && resolve()));
    source.close();
    expect(told).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const made = await seen(url, { attempts: 7 });
    const ids = made.map(({ path, headers }) => headers["last-event-id"] || new URL(path, url).searchParams.get("after"));
    expect(ids).toEqual([null, "1", "2", "3", "4", "5", "6"]);
  });

  test("a redirect loop is a lost connection", async () => {
    const url = `${ORIGIN}/streams/${crypto.randomUUID()}`;
    await put(url, [{ status: 302, headers: [["location", url]] }]);
    const source = open(url, { policy: { rule: () => ({ type: "reopen", after: 600_000 }) } });
    const { code } = await new Promise<{ code: string }>((resolve) => source.onError(resolve));
    // Firefox's own source gives up.
    expect(code).toBe(isFirefox && transport === "browser" ? "given-up" : "connection-lost");
    source.close();
    // As many as `fetch` follows, and none but the next attempt would make more.
    expect(await seen(url, { attempts: 1 })).toHaveLength(21);
  });
});
