// Each option of a policy and of its backoff has an effect.

import type { EventSource, EventSourceInit, Policy } from "typed-eventsource";
import { describe, expect, test } from "vitest";
import { TRANSPORTS, ignore, open, reconnect, server } from "../support/fake-server.ts";

/** What became of a source: the code of the error that closed it, or its state. */
async function outcome(source: EventSource) {
  if (source.state.type !== "closed") return source.state.type;
  const reason = await source.closed;
  return reason.type === "policy" ? reason.error.code : reason.type;
}

describe.each(TRANSPORTS)("over %s", (transport) => {
  const gaveUp = transport === "fetch" ? "status" : "given-up";

  test.each<[string, EventSourceInit["policy"], string[]]>([
    ["browser", "browser", ["waiting", "open", gaveUp]],
    ["close-on-error", "close-on-error", ["connection-lost", "decode", gaveUp]],
    ["resilient", "resilient", ["waiting", "open", "waiting"]],
    ["close-on-error, in a policy,", { preset: "close-on-error" }, ["connection-lost", "decode", gaveUp]],
  ])("the preset %s decides what closes a source", async (_, policy, expected) => {
    const after = (fail: () => void) => {
      const source = open(transport, { policy });
      source.onError(ignore);
      source.on("message", ignore);
      fail();
      const end = outcome(source);
      source.close();
      return end;
    };
    const outcomes = [
      after(() => (server.open(), server.end())),
      after(() => server.sendText("message", "{")),
      after(() => server.fail(503)),
    ];
    expect(await Promise.all(outcomes)).toEqual(expected);
  });

  test("losses in a row close the source", async () => {
    const source = open(transport, { policy: { closeAfterLosses: 3, healthyAfter: 7_200_000 } });
    source.onError(ignore);
    for (let count = 1; count <= 3; count += 1) {
      reconnect();
      server.lose();
    }
    const cause = { code: "connection-lost", attempt: 3 };
    expect(await source.closed).toMatchObject({ type: "policy", error: { code: "too-many", count: 3, cause } });
  });

  test.each([
    ["are forgotten", 50, 3],
    ["still count", 49, 2],
  ])("losses %s after a connection that was open for %i of 50 ms", async (_, openFor, losses) => {
    const source = open(transport, { policy: { closeAfterLosses: 2, healthyAfter: 50 } });
    source.onError(ignore);
    server.open();
    server.lose();
    reconnect();
    server.clock.advance(openFor);
    server.lose();
    let count = 2;
    while (source.state.type !== "closed") {
      reconnect();
      server.lose();
      count += 1;
    }
    expect(count).toBe(losses);
  });

  test("a source that is down for too long closes", async () => {
    const source = open(transport, { policy: { closeWhenDownFor: 40 } });
    source.onError(ignore);
    server.clock.advance(39);
    expect(source.state.type).toBe("connecting");
    server.clock.advance(1);
    expect(await source.closed).toMatchObject({ error: { code: "down-too-long", limit: 40 } });
  });

  test("a source that takes too long to open closes, or opens again", async () => {
    const closing = open(transport, { policy: { opening: { after: 30, then: "close" } } });
    const backoff = { initial: 5000, jitter: false };
    const reopening = open(transport, { policy: { opening: { after: 30, then: "reopen" }, backoff } });
    for (const source of [closing, reopening]) source.onError(ignore);
    server.clock.advance(30);
    expect(await closing.closed).toMatchObject({ error: { code: "open-timeout", after: 30, attempt: 1 } });
    expect(reopening.state).toEqual({ type: "waiting", attempt: 1, retryIn: 5000 });
  });

  test.each<Policy>([{ preset: "resilient" }, { opening: { after: 30_000, then: "keep-waiting" } }])(
    "a source that takes long to open is told so once, and keeps its connection, under %o",
    async (policy) => {
      const source = open(transport, { policy });
      const told: unknown[] = [];
      source.onError(({ code, after, attempt }) => told.push([code, after, attempt]));
      server.clock.advance(3_600_000);
      expect(told).toEqual([["open-timeout", 30_000, undefined]]);
      expect([source.state, server.attempts.length]).toEqual([{ type: "connecting" }, 1]);
      server.open();
      expect(source.state.type).toBe("open");
    },
  );

  test("a source is told once that nothing comes, and keeps its connection", () => {
    const source = open(transport, { policy: { idle: { after: 30, then: "keep-waiting" } } });
    const told: unknown[] = [];
    source.onError(({ code }) => told.push(code));
    source.on("message", ignore);
    server.open();
    server.clock.advance(1000);
    server.send("message", 1);
    server.clock.advance(1000);
    expect([told, source.state.type]).toEqual([["idle", "idle"], "open"]);
  });

  test.each<[string, Policy, string]>([
    ["waits for another attempt if `givenUp` is `reopen`", { givenUp: "reopen" }, "waiting"],
    ["closes otherwise", { preset: "resilient", givenUp: "close", retryStatuses: undefined, backoff: { maxAttempts: 0 } }, "closed"],
  ])("a source that was refused %s", (_, policy, expected) => {
    const source = open(transport, { policy });
    source.onError(ignore);
    server.fail(500);
    expect(source.state.type).toBe(expected);
  });

  test("waits are told in whole milliseconds, to rules and in the state", () => {
    const proposals: unknown[] = [];
    const source = open(transport, {
      policy: {
        preset: "resilient",
        backoff: { initial: 100, factor: 1.377, jitter: false },
        rule: ({ proposed }) => void proposals.push(proposed),
      },
    });
    source.onError(ignore);
    server.fail(503);
    server.clock.advance(100);
    server.fail(503);
    expect(source.state).toEqual({ type: "waiting", attempt: 2, retryIn: 138 });
    expect(proposals).toEqual([100, 138].map((after) => ({ type: "reopen", after })));
    server.clock.advance(138);
    expect(source.state).toEqual({ type: "connecting" });
  });

  test("`maxAttempts` limits the attempts in a row", async () => {
    const backoff = { initial: 10, factor: 1, jitter: false, maxAttempts: 2 };
    const source = open(transport, { policy: { givenUp: "reopen", backoff } });
    source.onError(ignore);
    while (source.state.type !== "closed") {
      server.fail(500);
      server.clock.advance(10);
    }
    expect(await source.closed).toMatchObject({ error: { code: "too-many", count: 2 } });
    expect(server.attempts).toHaveLength(3);
  });

  test("no attempt starts after `maxElapsed`", async () => {
    const backoff = { initial: 10, jitter: false, maxElapsed: 5 };
    const source = open(transport, { policy: { givenUp: "reopen", backoff } });
    source.onError(ignore);
    server.fail(500);
    expect(await source.closed).toMatchObject({ error: { code: "down-too-long", limit: 5 } });
    expect(server.attempts).toHaveLength(1);
  });

  test.each([
    ["is replaced", true, ["suspended", "waiting 0", "connecting", "open", "closed"]],
    ["stays", false, ["closed"]],
  ])("when the network comes back, a connection %s if `reopenOnWake` says so", async (_, reopenOnWake, expected) => {
    const source = open(transport, { policy: { reopenOnWake } });
    server.open();
    const told: string[] = [];
    source.onError(({ code }) => told.push(code));
    source.onState((state) => told.push("retryIn" in state ? `${state.type} ${state.retryIn}` : state.type));
    server.clock.goOnline();
    server.clock.advance(10);
    server.open();
    source.close();
    server.clock.goOnline();
    await source.closed;
    expect(told).toEqual(expected);
  });

  test("states change in order, until the server has finished", async () => {
    const policy = { preset: "resilient", backoff: { initial: 10, jitter: false } } as const;
    const source = open(transport, { policy, terminalData: "[DONE]" });
    source.onError(ignore);
    const states: unknown[] = [source.state];
    source.onState((state) => states.push(state));
    server.open();
    server.lose();
    server.clock.advance(10);
    server.fail(503);
    server.clock.advance(20);
    server.sendText("message", "[DONE]");
    await source.closed;
    expect(states).toMatchObject([
      { type: "connecting" },
      { type: "open" },
      // A browser does not say how long it waits.
      ...(transport === "fetch"
        ? [{ type: "waiting", attempt: 1, retryIn: 10 }, { type: "connecting" }, { type: "waiting", attempt: 2, retryIn: 20 }]
        : [
            { type: "waiting", attempt: 1 },
            { type: "waiting", attempt: 2, retryIn: 10 },
          ]),
      { type: "connecting" },
      { type: "open" },
      { type: "closed", reason: { type: "finished" } },
    ]);
    // A browser makes a lost connection again without being asked.
    expect(server.attempts).toHaveLength(transport === "fetch" ? 3 : 2);
  });
});

describe("over fetch", () => {
  test("`retryStatuses` decide after which statuses there is another attempt", async () => {
    const after = (status: number, retryStatuses: number[]) => {
      const source = open("fetch", { policy: { givenUp: "reopen", retryStatuses } });
      source.onError(ignore);
      server.fail(status);
      const end = outcome(source);
      source.close();
      return end;
    };
    const outcomes = [after(404, [404]), after(503, [404]), after(404, [])];
    expect(await Promise.all(outcomes)).toEqual(["waiting", "status", "status"]);
  });

  /** The first waits after losses. If `retry` is given, the server sets the reconnection time. */
  function waits(count: number, policy: Policy, retry?: number) {
    const source = open("fetch", { policy });
    source.onError(ignore);
    if (retry !== undefined) server.retry(retry);
    const waits: unknown[] = [];
    while (waits.push((server.open(), server.lose(), "retryIn" in source.state && source.state.retryIn)) < count) {
      server.clock.advance(Number(waits.at(-1)));
    }
    source.close();
    return waits;
  }

  test.each<[string, unknown[], number, Policy, number?]>([
    ["three seconds", [3000], 1, {}],
    ["the reconnection time", [21, 21], 2, { reconnectionTime: 21 }],
    ["what the server asks for", [4321], 1, { reconnectionTime: 21 }, 4321],
    ["no more than a server may ask for", [50], 1, { maxServerDelay: 50 }, 4321],
    [
      "the backoff",
      [10, 20, 35, 35],
      4,
      { backOffAfterLosses: true, backoff: { initial: 10, factor: 2, max: 35, jitter: false }, healthyAfter: 7_200_000 },
    ],
  ])("the wait after a loss is %s", (_, expected, count, policy, retry) => {
    expect(waits(count, policy, retry)).toEqual(expected);
  });

  test.each<[string, boolean, (() => void)[], string, number]>([
    ["again with `resend`", true, [() => server.end(), () => server.fail(500)], "finished", 3],
    ["once if its response ends", false, [() => server.end()], "connection-lost", 1],
    ["once if it is refused", false, [() => server.fail(500)], "status", 1],
    ["once if the connection is lost", false, [() => server.lose()], "connection-lost", 1],
  ])("a POST is sent %s", async (_, resend, failures, end, attempts) => {
    const policy = { resend, givenUp: "reopen", reconnectionTime: 10, backoff: { initial: 10 } } as const;
    const source = open("fetch", { method: "POST", body: "x", terminalEvent: "bye", policy });
    source.onError(ignore);
    for (const fail of failures) {
      server.open();
      fail();
      server.clock.advance(10);
    }
    server.send("bye", 0);
    expect([await outcome(source), server.attempts.length]).toEqual([end, attempts]);
  });
});
