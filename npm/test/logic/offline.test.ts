// A machine without a network.

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

test("makes no attempt and counts none, and connects at once when the network is back", () => {
  const { source, states } = open();
  server.open();
  server.clock.goOffline();
  expect(source.state).toEqual({ type: "open" });
  server.lose();
  expect([source.state, source.readyState]).toEqual([{ type: "offline", attempt: 1 }, EventSource.CONNECTING]);
  server.clock.advance(3_600_000);
  expect([source.state.type, server.attempts.length]).toEqual(["offline", 1]);
  server.clock.goOnline();
  expect([source.state.type, server.attempts.length]).toEqual(["connecting", 2]);
  server.open();
  expect(states).toEqual(["open", "offline", "connecting", "open"]);
});

test("ends a wait that has begun", () => {
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

test("does not shorten what the server asked for", () => {
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

test("is known from the beginning, for whichever sources there are", () => {
  server.clock.goOffline();
  const { source } = open();
  const shared = [open({ shared: true }), open({ shared: true })];
  expect(source.state.type).toBe("connecting");
  server.lose();
  for (const { source: each } of [{ source }, ...shared]) expect(each.state).toEqual({ type: "offline", attempt: 1 });
  server.clock.goOnline();
  for (const { source: each } of [{ source }, ...shared]) expect(each.state.type).toBe("connecting");
});

test("is asked for when a connection is lost, whatever events have told", () => {
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

test("has come back unnoticed: what wakes for it does, once", () => {
  vi.stubGlobal("navigator", { onLine: false });
  const { source } = open({ policy: { preset: "resilient", reopenOnWake: true } });
  const codes: string[] = [];
  source.onError(({ code }) => codes.push(code));
  server.open();
  vi.stubGlobal("navigator", { onLine: true });
  server.lose();
  expect([codes, source.state]).toEqual([["suspended"], { type: "waiting", attempt: 1, retryIn: 0 }]);
});

test.each(["browser", "fetch"] as const)("over %s, losses without a network count for nothing", (transport) => {
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
