// A rule's own say, and how it leaves it to the policy.

import { inspect } from "node:util";
import { EventSource, type Decision, type EventSourceInit, type FailureContext } from "typed-eventsource";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { TRANSPORTS, ignore, open, server } from "../support/fake-server.ts";

function decide(rule: (context: FailureContext) => Decision | undefined | void) {
  const policy = { preset: "resilient", backoff: { initial: 1000, jitter: false }, rule } as const;
  const source = new EventSource("/prices", { transport: "fetch", policy });
  source.onError(() => {});
  server.fail(503);
  expect(source.state).toMatchObject({ type: "waiting", attempt: 1 });
  server.clock.goOnline();
  return source.state.type;
}

test.each([999, 1000, 1001])("a wait of %i ms that a rule chose is not cut short, whatever was proposed", (after) => {
  expect(decide(() => ({ type: "reopen", after }))).toBe("waiting");
});

test("a copy of what was proposed is the rule's own say", () => {
  expect(decide(({ proposed }) => ({ ...proposed }))).toBe("waiting");
});

test.each<[string, (context: FailureContext) => Decision | undefined | void]>([
  ["nothing", () => {}],
  ["what was proposed", ({ proposed }) => proposed],
  ["that it is as proposed", () => ({ type: "as-proposed" })],
])("%s leaves the wait to the policy", (_, rule) => {
  expect(decide(rule)).toBe("connecting");
});

test("a rule that closes its source has closed it, and no other", async () => {
  const policy = { preset: "resilient", rule: () => source.close() } as const;
  const source: EventSource = new EventSource("/prices", { transport: "fetch", policy });
  const errors: string[] = [];
  source.onError(({ code }) => errors.push(code));
  server.fail(503);
  expect(await source.closed).toEqual({ type: "requested" });
  expect(errors).toEqual(["status"]);
  const next = new EventSource("/prices", { transport: "fetch" });
  server.open();
  expect(next.state).toEqual({ type: "open" });
  next.close();
});

test("a wait that a rule chose has the minimum of all waits", () => {
  const policy = { preset: "resilient", rule: (): Decision => ({ type: "reopen", after: 0 }) } as const;
  const source = new EventSource("/prices", { transport: "fetch", policy });
  source.onError(() => {});
  server.fail(503);
  expect(source.state).toEqual({ type: "waiting", attempt: 1, retryIn: 10 });
  source.close();
});

describe.each(TRANSPORTS)("over %s", (transport) => {
  test("a rule sees what has failed, how often, for how long, and what is proposed", async () => {
    const contexts: unknown[] = [];
    const source = open(transport, {
      policy: {
        givenUp: "reopen",
        backoff: { initial: 10, factor: 2, jitter: false },
        closeAfterDecodeErrors: 2,
        rule: ({ error, ...context }) => void contexts.push({ ...context, isError: error instanceof Error }),
      },
    });
    source.onError(ignore);
    source.on("message", ignore);
    server.fail(500);
    server.clock.advance(10);
    server.fail(500);
    server.clock.advance(20);
    server.sendText("message", "{");
    server.sendText("message", "[");
    await source.closed;
    const failed = (failures: number, downFor: number, after: number) => {
      return { isError: true, failures, decodeErrors: 0, downFor, proposed: { type: "reopen", after } };
    };
    const undecoded = (decodeErrors: number, type: string) => {
      return { isError: true, failures: 0, decodeErrors, downFor: 0, proposed: { type } };
    };
    expect(contexts).toEqual([failed(1, 0, 10), failed(2, 10, 20), undecoded(1, "keep-waiting"), undecoded(2, "close")]);
  });

  const fail = () => server.fail(500);
  const confuse = () => server.sendText("message", "{");

  test.each<[string, string, () => void, Decision]>([
    ["waiting", "has failed", fail, { type: "reopen", after: 7000 }],
    ["closed", "has failed", fail, { type: "keep-waiting" }],
    ["closed", "does not decode", confuse, { type: "close" }],
    ["waiting", "does not decode", confuse, { type: "reopen", after: 8000 }],
  ])("a rule has the last word: %s, where something %s", (expected, _, trouble, decision) => {
    const source = open(transport, { policy: { rule: () => decision } });
    source.onError(ignore);
    source.on("message", ignore);
    trouble();
    expect(source.state).toMatchObject({ type: expected, ...("after" in decision && { retryIn: decision.after }) });
  });

  const fails = () => {
    throw new Error("thrown");
  };
  const nonsense = ["close", 7, {}, { type: "closed" }, Promise.resolve({ type: "close" })];
  const waits = [undefined, "soon", NaN, -1, 1n].map((after) => ({ type: "reopen", after }));

  test.each<[string, () => unknown, string?]>([
    ["an exception", fails, "thrown"],
    ...[...nonsense, ...waits].map((answer): [string, () => unknown, string] => [inspect(answer), () => answer, "`policy.rule("]),
    ["nothing", () => {}],
    ["null", () => null],
  ])("what a rule answers that is no decision is reported, and leaves it to the policy: %s", (_, rule, report) => {
    const reported: string[] = [];
    vi.stubGlobal("reportError", ({ message }: Error) => reported.push(message));
    onTestFinished(() => void vi.unstubAllGlobals());
    const policy = { givenUp: "reopen", backoff: { initial: 5000, jitter: false }, rule } as EventSourceInit["policy"];
    const source = open(transport, { policy });
    source.onError(ignore);
    server.fail(500);
    expect(source.state).toMatchObject({ type: "waiting", retryIn: 5000 });
    expect(reported).toEqual(report ? [expect.stringContaining(report)] : []);
  });

  test.each([
    ["has failed", fail],
    ["does not decode", confuse],
  ])("a rule may close its source where something %s, which is told once", async (_, trouble) => {
    const source = open(transport, {
      policy: {
        rule: () => {
          source.close();
          return { type: "reopen", after: 0 };
        },
      },
    });
    const told: string[] = [];
    source.addEventListener("error", () => told.push("an error event"));
    source.on("message", () => told.push("an event"));
    trouble();
    server.sendText("message", "2");
    expect(await source.closed).toEqual({ type: "requested" });
    expect([...told, ...server.clock.reports.map(({ code }) => code)]).toHaveLength(1);
    expect(told).not.toContain("an event");
    expect(server.attempts).toHaveLength(1);
  });
});

test("what a rule puts up with is told all the same, though not to the DOM", () => {
  const policy = { idle: { after: 20, then: "reopen" }, rule: (): Decision => ({ type: "keep-waiting" }) } as const;
  const source = open("fetch", { policy });
  const told: string[] = [];
  source.addEventListener("error", () => told.push("an error event"));
  server.open();
  server.clock.advance(40);
  expect(server.clock.reports.map(({ code }) => code)).toEqual(["idle", "idle"]);
  expect([told, source.state]).toEqual([[], { type: "open" }]);
});
