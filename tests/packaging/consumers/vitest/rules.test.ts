// A rule's own say, and how it leaves it to the policy.

import init, { EventSource, type Decision, type FailureContext } from "typed-eventsource";
import { FakeServer } from "typed-eventsource/testing";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";

let server: FakeServer;

beforeAll(() => init());
beforeEach(() => {
  server = new FakeServer();
});
afterEach(() => server.close());

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
