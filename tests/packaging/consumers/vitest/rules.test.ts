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
  ["that it is as proposed", () => ({ type: "asProposed" })],
])("%s leaves the wait to the policy", (_, rule) => {
  expect(decide(rule)).toBe("connecting");
});
