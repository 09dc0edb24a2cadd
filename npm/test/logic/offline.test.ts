// Sources on a machine without a network.

import { EventSource, type EventSourceInit } from "typed-eventsource";
import { afterEach, expect, test, vi } from "vitest";
import { server } from "../support/fake-server.ts";

afterEach(() => vi.unstubAllGlobals());

function open(options?: Partial<EventSourceInit>) {
  const policy = { preset: "resilient", backoff: { maxAttempts: 5 } } as const;
  const source = new EventSource("/prices", { transport: "fetch", policy, ...options } as EventSourceInit);
  const states: string[] = [];
  source.onState((state) => states.push(state.type));
  source.onError(() => {});
  return { source, states };
}

test("a source without a network makes and counts no attempt, and connects at once when the network is back", () => {
  const { source, states } = open();
  server.open();
  server.clock.goOffline();
  expect(source.state.type).toBe("open");
  server.lose();
  expect([source.state, source.readyState]).toEqual([{ type: "offline", attempt: 1 }, EventSource.CONNECTING]);
  server.clock.advance(3_600_000);
  expect([source.state.type, server.attempts.length]).toEqual(["offline", 1]);
  server.clock.goOnline();
  expect([source.state.type, server.attempts.length]).toEqual(["connecting", 2]);
  server.open();
  expect(states).toEqual(["open", "offline", "connecting", "open"]);
});

test("the network that goes and comes back ends a wait", () => {
  const { source } = open();
  server.open();
  server.lose();
  expect(source.state).toEqual({ type: "waiting", attempt: 1, retryIn: 1000 });
  server.clock.goOffline();
  server.clock.advance(60_000);
  expect(source.state).toEqual({ type: "offline", attempt: 1 });
  server.clock.goOnline();
  expect(source.state.type).toBe("connecting");
});

test("the network that goes and comes back does not shorten a wait that the server asked for", () => {
  const { source } = open();
  server.retry(5000);
  server.lose();
  server.clock.goOffline();
  server.clock.advance(2000);
  server.clock.goOnline();
  expect(source.state).toMatchObject({ type: "waiting", attempt: 1, retryIn: 3000 });
  server.clock.advance(3000);
  expect(source.state.type).toBe("connecting");
});

test("a source that is opened without a network is offline after its first loss, shared or not", () => {
  server.clock.goOffline();
  const { source } = open();
  const shared = [open({ shared: true }), open({ shared: true })];
  expect(source.state.type).toBe("connecting");
  server.lose();
  for (const { source: each } of [{ source }, ...shared]) expect(each.state).toEqual({ type: "offline", attempt: 1 });
  server.clock.goOnline();
  for (const { source: each } of [{ source }, ...shared]) expect(each.state.type).toBe("connecting");
});

test("a source looks at `navigator.onLine` when its connection is lost", () => {
  vi.stubGlobal("navigator", { onLine: false });
  const { source: first } = open();
  vi.stubGlobal("navigator", { onLine: true });
  server.lose();
  expect(first.state).toEqual({ type: "waiting", attempt: 1, retryIn: 0 });
  vi.stubGlobal("navigator", { onLine: false });
  const { source: second } = open({ shared: true });
  server.lose();
  expect([first.state.type, second.state.type]).toEqual(["waiting", "offline"]);
});

test("a source that notices at a loss that the network was back reopens once, as suspended", () => {
  vi.stubGlobal("navigator", { onLine: false });
  const { source } = open({ policy: { preset: "resilient", reopenOnWake: true } });
  const codes: string[] = [];
  source.onError(({ code }) => codes.push(code));
  server.open();
  vi.stubGlobal("navigator", { onLine: true });
  server.lose();
  expect([codes, source.state]).toEqual([["suspended"], { type: "waiting", attempt: 1, retryIn: 0 }]);
});

test.each(["browser", "fetch"] as const)("over %s, losses without a network do not count", (transport) => {
  const { source } = open({ transport, policy: { closeAfterLosses: 3 } } as EventSourceInit);
  server.open();
  server.lose();
  server.clock.goOffline();
  expect(source.state).toEqual({ type: "offline", attempt: 1 });
  server.clock.advance(3_600_000);
  expect(source.state).toEqual({ type: "offline", attempt: 1 });
  server.clock.goOnline();
  expect(source.state).toEqual({ type: "connecting" });
  source.close();
});
