// The renewal of a connection before its token expires.

import { EventSource, type EventSourceError, type EventSourceInit } from "typed-eventsource";
import { describe, expect, test, vi } from "vitest";
import { TRANSPORTS, server } from "../support/fake-server.ts";

const HOUR = 3_600_000;

function open(init: Partial<EventSourceInit> = {}) {
  const renewBefore = vi.fn<() => Date | number | undefined>(() => Date.now() + HOUR);
  const source = new EventSource("/orders", { transport: "fetch", renewBefore, ...init } as EventSourceInit);
  const told: unknown[] = [];
  source.onState(({ type }) => told.push(type));
  source.onError(({ code }) => told.push(code));
  source.on("order", ({ lastEventId }) => told.push(lastEventId));
  return { source, told, renewBefore };
}

/** Lets the promises of a refresh go on. */
const settle = () => new Promise<void>((resolve) => setTimeout(resolve));

test.each(TRANSPORTS)("a connection is renewed half a minute before the expiry, and nobody is told (%s)", (transport) => {
  const { source, told, renewBefore } = open({ transport } as EventSourceInit);
  server.sendWithId("order", "1", "1");
  server.clock.advance(HOUR - 31_000);
  expect([server.attempts.length, renewBefore.mock.calls.length]).toEqual([1, 1]);
  server.clock.advance(1000);
  expect([server.attempts.at(-1)?.lastEventId, server.connections]).toEqual(["1", 2]);
  server.open();
  expect([server.attempts.length, server.connections, renewBefore.mock.calls.length]).toEqual([2, 1, 2]);
  server.sendWithId("order", "2", "2");
  expect(told).toEqual(["open", "1", "2"]);
  source.close();
  expect([server.connections, server.clock.timers]).toEqual([0, 0]);
});

test("the attempt of a renewal is told", () => {
  const { source } = open();
  const reasons: string[] = [];
  source.onAttempt(({ reason, outcome }) => reasons.push(`${reason} ${outcome}`));
  server.open();
  server.clock.advance(HOUR);
  server.open();
  server.clock.advance(HOUR);
  source.close();
  expect(reasons).toEqual(["first opened", "renewed opened", "renewed aborted"]);
});

test("it is renewed a thousand times", () => {
  const { source, told } = open();
  for (let id = 0; id < 1000; id += 1) {
    server.sendWithId("order", "1", String(id));
    server.clock.advance(HOUR);
  }
  expect(server.attempts).toHaveLength(1001);
  expect(told).toEqual(["open", ...Array.from({ length: 1000 }, (_, id) => String(id))]);
  source.close();
});

test("what the user refreshes is refreshed first, once for all sources", async () => {
  let token = 0;
  const onUnauthorized = vi.fn(async () => void (token += 1));
  const headers = () => ({ authorization: String(token) });
  const sources = Array.from({ length: 50 }, () => open({ headers, onUnauthorized } as Partial<EventSourceInit>));
  server.open();
  server.clock.advance(HOUR - 30_000);
  expect(server.attempts).toHaveLength(50);
  await settle();
  await settle();
  expect([server.attempts.length, server.attempts.at(-1)?.headers.get("authorization")]).toEqual([100, "1"]);
  server.open();
  expect([onUnauthorized.mock.calls.length, server.connections]).toEqual([1, 50]);
  for (const { source } of sources) source.close();
});

/** The hour after which what a connection was made with expires, and half a minute more. */
async function passAnHour() {
  server.clock.advance(HOUR - 30_000);
  for (let second = 0; second < 60; second += 1) {
    await settle();
    server.clock.advance(1000);
  }
}

describe("a renewal that cannot be made", () => {
  test("is reported, the first connection goes on, and it is tried twice more", async () => {
    let count = 0;
    const headers = () => ((count += 1) > 1 ? Promise.reject(new Error("no token")) : {});
    const { source, told } = open({ headers } as Partial<EventSourceInit>);
    await settle();
    server.sendWithId("order", "1", "1");
    await passAnHour();
    server.sendWithId("order", "2", "2");
    expect(told).toEqual(["open", "1", "request", "request", "request", "2"]);
    expect([server.attempts.length, server.connections, source.state.type]).toEqual([4, 1, "open"]);
    source.close();
  });

  test("because the refresh fails leaves the first connection as it is", async () => {
    const onUnauthorized = vi.fn(async () => Promise.reject(new Error("logged out")));
    const { source, told } = open({ onUnauthorized } as Partial<EventSourceInit>);
    const errors: EventSourceError[] = [];
    source.onError((error) => errors.push(error));
    server.sendWithId("order", "1", "1");
    await passAnHour();
    server.sendWithId("order", "2", "2");
    expect(told).toEqual(["open", "1", "refresh", "refresh", "refresh", "2"]);
    expect([server.attempts.length, source.state.type, errors[0]?.cause]).toEqual([1, "open", new Error("logged out")]);
    source.close();
  });

  test("is closed with the source", async () => {
    const { source } = open();
    server.open();
    server.clock.advance(HOUR - 30_000);
    expect(server.connections).toBe(2);
    source.close();
    expect([server.connections, server.clock.timers]).toEqual([0, 0]);
  });

  test("before the first one is lost ends with it", () => {
    const { source } = open();
    server.open();
    server.clock.advance(HOUR - 30_000);
    server.lose();
    expect([source.state.type, server.connections]).toEqual(["waiting", 0]);
    server.clock.advance(3000);
    server.open();
    expect(source.state.type).toBe("open");
    source.close();
  });
});

test("what was not exchanged for something that lives longer is not renewed again", () => {
  const expiry = Date.now() + HOUR;
  const { source, renewBefore } = open();
  renewBefore.mockImplementation(() => new Date(expiry));
  server.open();
  server.clock.advance(HOUR - 30_000);
  vi.setSystemTime(expiry - 30_000);
  server.open();
  vi.useRealTimers();
  server.clock.advance(10 * HOUR);
  expect([server.attempts.length, renewBefore.mock.calls.length]).toEqual([2, 2]);
  source.close();
});

test.each([() => undefined, () => Number.NaN, () => 0, () => Date.now() - 1])(
  "without an expiry in the future it is not renewed (%s)",
  (renewBefore) => {
    const { source } = open({ renewBefore } as Partial<EventSourceInit>);
    server.open();
    server.clock.advance(100 * HOUR);
    expect(server.attempts).toHaveLength(1);
    source.close();
  },
);

test("an exception of the function is that of a listener, and nothing is renewed", () => {
  const reported = vi.fn();
  vi.stubGlobal("reportError", reported);
  const { source } = open({
    renewBefore() {
      throw new Error("no token");
    },
  } as Partial<EventSourceInit>);
  server.open();
  vi.unstubAllGlobals();
  expect([source.state.type, reported.mock.calls.length]).toEqual(["open", 1]);
  source.close();
});

test("sources that share a connection renew it once", () => {
  const renewBefore = vi.fn(() => Date.now() + HOUR);
  const sources = [1, 2, 3].map(() => open({ shared: true, renewBefore } as Partial<EventSourceInit>));
  server.sendWithId("order", "1", "1");
  server.clock.advance(HOUR);
  server.open();
  server.sendWithId("order", "2", "2");
  expect([server.attempts.length, renewBefore.mock.calls.length, sources.map(({ told }) => told)]).toEqual([
    2,
    2,
    sources.map(() => ["open", "1", "2"]),
  ]);
  for (const { source } of sources) source.close();
});

test("a request that is sent once has no renewal, which is said at once", () => {
  expect(() => open({ method: "POST" } as Partial<EventSourceInit>)).toThrow("`renewBefore` needs a request that may be sent again");
  const { source } = open({ method: "POST", policy: { resend: true } } as Partial<EventSourceInit>);
  source.close();
});

test("listeners that are added and removed during a renewal are those of the next connection", () => {
  const { source, told } = open();
  server.open();
  server.clock.advance(HOUR - 30_000);
  const undo = source.on("late", () => told.push("late"));
  server.sendText("late", "1");
  undo();
  expect(server.listenedNames).toEqual(["order"]);
  server.sendText("late", "2");
  expect(told).toEqual(["open", "late"]);
  source.close();
});
