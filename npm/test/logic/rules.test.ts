// What a rule decides, and what it leaves to the policy.

import { inspect } from "node:util";
import { EventSource, type Decision, type EventSourceInit, type FailureContext } from "typed-eventsource";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { TRANSPORTS, ignore, open, server } from "../support/fake-server.ts";

/** The state of a source that waits after a failure as the rule says, once the network has come back. */
function stateOnceOnline(rule: (context: FailureContext) => Decision | undefined | void) {
  const policy = { preset: "resilient", backoff: { initial: 1000, jitter: false }, rule } as const;
  const source = new EventSource("/prices", { transport: "fetch", policy });
  source.onError(() => {});
  server.fail(503);
  expect(source.state).toMatchObject({ type: "waiting", attempt: 1 });
  server.clock.goOnline();
  return source.state.type;
}

test.each([999, 1000, 1001])("the network does not shorten a wait of %i ms that a rule chose, also if it equals the proposal", (after) => {
  expect(stateOnceOnline(() => ({ type: "reopen", after }))).toBe("waiting");
});

test("a copy of the proposal is a decision of the rule", () => {
  expect(stateOnceOnline(({ proposed }) => ({ ...proposed }))).toBe("waiting");
});

test.each<[string, (context: FailureContext) => Decision | undefined | void]>([
  ["nothing", () => {}],
  ["the proposal", ({ proposed }) => proposed],
  ["`as-proposed`", () => ({ type: "as-proposed" })],
])("a rule that returns %s leaves the wait to the policy", (_, rule) => {
  expect(stateOnceOnline(rule)).toBe("connecting");
});

test("a rule may close its source, and other sources stay open", async () => {
  const policy = { preset: "resilient", rule: () => source.close() } as const;
  const source: EventSource = new EventSource("/prices", { transport: "fetch", policy });
  const errors: string[] = [];
  source.onError(({ code }) => errors.push(code));
  server.fail(503);
  expect(await source.closed).toEqual({ type: "requested" });
  expect(errors).toEqual(["status"]);
  const next = new EventSource("/prices", { transport: "fetch" });
  server.open();
  expect(next.state.type).toBe("open");
  next.close();
});

test("a wait that a rule chose is not shorter than the shortest wait", () => {
  const policy = { preset: "resilient", rule: (): Decision => ({ type: "reopen", after: 0 }) } as const;
  const source = new EventSource("/prices", { transport: "fetch", policy });
  source.onError(() => {});
  server.fail(503);
  expect(source.state).toEqual({ type: "waiting", attempt: 1, retryIn: 10 });
  source.close();
});

describe.each(TRANSPORTS)("over %s", (transport) => {
  test("a rule is told the error, the number of failures, how long the source is down, and the proposal", async () => {
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

  const failToConnect = () => server.fail(500);
  const failToDecode = () => server.sendText("message", "{");

  test.each<[string, string, () => void, Decision]>([
    ["waiting", "a failed attempt", failToConnect, { type: "reopen", after: 7000 }],
    ["closed", "a failed attempt", failToConnect, { type: "keep-waiting" }],
    ["closed", "a decode error", failToDecode, { type: "close" }],
    ["waiting", "a decode error", failToDecode, { type: "reopen", after: 8000 }],
  ])("a source is %s if its rule says so after %s", (expected, _, fail, decision) => {
    const source = open(transport, { policy: { rule: () => decision } });
    source.onError(ignore);
    source.on("message", ignore);
    fail();
    expect(source.state).toMatchObject({ type: expected, ...("after" in decision && { retryIn: decision.after }) });
  });

  const throws = () => {
    throw new Error("thrown");
  };
  const nonsense = ["close", 7, {}, { type: "closed" }, Promise.resolve({ type: "close" })];
  const waits = [undefined, "soon", NaN, -1, 1n].map((after) => ({ type: "reopen", after }));

  /** What `reportError` is told of a rule's answer. The wait has to be that of the policy. */
  const reportsOf = (rule: () => unknown) => {
    const reports: string[] = [];
    vi.stubGlobal("reportError", ({ message }: Error) => reports.push(message));
    onTestFinished(() => void vi.unstubAllGlobals());
    const policy = { givenUp: "reopen", backoff: { initial: 5000, jitter: false }, rule } as EventSourceInit["policy"];
    const source = open(transport, { policy });
    source.onError(ignore);
    server.fail(500);
    expect(source.state).toMatchObject({ type: "waiting", retryIn: 5000 });
    return reports;
  };

  test.each<[string, () => unknown, string]>([
    ["an exception", throws, "thrown"],
    ...[...nonsense, ...waits].map((answer): [string, () => unknown, string] => [inspect(answer), () => answer, "`policy.rule("]),
  ])("%s in place of a decision is reported, and the policy decides", (_, rule, report) => {
    expect(reportsOf(rule)).toEqual([expect.stringContaining(report)]);
  });

  test.each([undefined, null])("a rule that returns %s leaves the decision to the policy, which is not reported", (answer) => {
    expect(reportsOf(() => answer)).toEqual([]);
  });

  test.each([
    ["a failed attempt", failToConnect],
    ["a decode error", failToDecode],
  ])("a rule may close its source after %s, and the error is told once", async (_, fail) => {
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
    fail();
    server.sendText("message", "2");
    expect(await source.closed).toEqual({ type: "requested" });
    expect([...told, ...server.clock.reports.map(({ code }) => code)]).toHaveLength(1);
    expect(told).not.toContain("an event");
    expect(server.attempts).toHaveLength(1);
  });
});

test("an error after which a rule keeps waiting goes to the console, without an `error` event of the DOM", () => {
  const policy = { idle: { after: 20, then: "reopen" }, rule: (): Decision => ({ type: "keep-waiting" }) } as const;
  const source = open("fetch", { policy });
  const told: string[] = [];
  source.addEventListener("error", () => told.push("an error event"));
  server.open();
  server.clock.advance(20);
  expect(server.clock.reports.map(({ code }) => code)).toEqual(["idle"]);
  expect([told, source.state.type]).toEqual([[], "open"]);
});
