// Sources that are paused, resumed and reconnected, by the user and by a page that is hidden or frozen.

import type { EventSource, EventSourceInit } from "typed-eventsource";
import { describe, expect, test } from "vitest";
import { TRANSPORTS, ignore, open as openOver, server } from "../support/fake-server.ts";

/** What a source tells, and what it receives. */
function watch(source: EventSource) {
  const told: string[] = [];
  source.onState(({ type }) => told.push(type));
  source.onError(({ code }) => told.push(code));
  source.on("message", ({ data }) => told.push(`${data}`));
  return told;
}

const HOUR = 3_600_000;

describe.each(TRANSPORTS)("over %s", (transport) => {
  const open = (init?: Partial<EventSourceInit>) => openOver(transport, { resumeParameter: "after", ...init });

  test("a source that reconnects closes its connection, and goes on from the last event id without an error", () => {
    const source = open();
    const told = watch(source);
    server.sendWithId("message", "1", "7");
    source.reconnect();
    expect([server.connections, server.attempts.at(-1)?.lastEventId]).toEqual([1, "7"]);
    server.send("message", 2);
    expect(told).toEqual(["open", "1", "connecting", "open", "2"]);
  });

  test("a source that waits reconnects at once, whatever the server asked for", () => {
    const source = open({ transport: "fetch", policy: "resilient" });
    source.onError(ignore);
    server.respond({ status: 503, headers: { "Retry-After": "600" } });
    source.reconnect();
    expect([source.state, server.attempts.length]).toEqual([{ type: "connecting" }, 2]);
  });

  test("calls to reconnect make one attempt in half a second", () => {
    const source = open();
    for (let call = 0; call < 99; call += 1) {
      server.open();
      source.reconnect();
      server.clock.advance(10);
    }
    expect(server.attempts.length).toBe(1 + 2);
  });

  test("a source that is paused has no connection and no timer, and keeps its listeners and loops", async () => {
    const policy = { preset: "resilient", idle: { after: 10, then: "close" }, closeWhenDownFor: 10 } as const;
    const source = open({ policy });
    const told = watch(source);
    const events = source.events("message");
    server.sendWithId("message", "1", "7");
    source.pause();
    expect([source.state, source.readyState, server.connections]).toEqual([{ type: "paused" }, 0, 0]);
    expect(server.clock.timers).toBeLessThanOrEqual(1);
    server.clock.advance(HOUR);
    server.clock.goOffline();
    server.clock.goOnline();
    server.clock.freeze(HOUR);
    source.pause();
    expect([source.state.type, server.attempts.length]).toEqual(["paused", 1]);
    source.resume();
    source.resume();
    expect(server.attempts.map(({ lastEventId }) => lastEventId)).toEqual(["", "7"]);
    server.send("message", 2);
    expect(told).toEqual(["open", "1", "paused", "connecting", "open", "2"]);
    const heard = [await events.next(), await events.next()];
    expect(heard.map(({ value }) => value?.data)).toEqual([1, 2]);
  });

  test("a source that waits, or is offline, can be paused", () => {
    const policy = { preset: "resilient", givenUp: "reopen" } as const;
    const sources = [open({ policy }), open({ policy })];
    for (const source of sources) source.onError(ignore);
    server.fail(503);
    sources[0]?.pause();
    server.clock.goOffline();
    sources[1]?.pause();
    server.clock.advance(HOUR);
    expect(sources.map(({ state }) => state.type)).toEqual(["paused", "paused"]);
    for (const source of sources) source.resume();
    expect(sources.map(({ state }) => state)).toEqual(Array(2).fill({ type: "offline", attempt: 1 }));
    server.clock.goOnline();
    expect(sources.map(({ state }) => state.type)).toEqual(["connecting", "connecting"]);
  });

  test("a listener that pauses hears nothing more until it resumes, and the order of its calls counts", () => {
    const source = open();
    const told = watch(source);
    source.on("message", ({ data }) => {
      source.pause();
      if (data === 2) source.resume();
    });
    server.send("message", 1);
    server.send("message", 1);
    expect(told).toEqual(["open", "1", "paused"]);
    source.resume();
    server.send("message", 2);
    expect(told.slice(3)).toEqual(["connecting", "open", "2", "paused", "connecting"]);
  });

  test("a source that has closed is not resumed", () => {
    const source = open();
    source.close();
    source.reconnect();
    source.resume();
    source.pause();
    expect([source.state.type, server.attempts.length]).toEqual(["closed", 1]);
  });

  test("a hidden page pauses its source after a while, and the page that is seen resumes it", () => {
    const source = open({ policy: { pauseWhenHidden: 30_000 } });
    const told = watch(source);
    server.sendWithId("message", "1", "7");
    server.clock.hide();
    server.clock.advance(29_999);
    expect(source.state.type).toBe("open");
    server.clock.advance(1);
    expect([source.state.type, server.connections]).toEqual(["paused", 0]);
    server.clock.goOnline();
    server.clock.advance(HOUR);
    server.clock.show();
    expect(server.attempts.map(({ lastEventId }) => lastEventId)).toEqual(["", "7"]);
    expect(told).toEqual(["open", "1", "paused", "connecting"]);
  });

  test("a source that the user has paused is not resumed by its page", () => {
    const source = open({ policy: { pauseWhenHidden: 10 } });
    server.clock.hide();
    server.clock.advance(10);
    source.pause();
    server.clock.show();
    expect([source.state.type, server.attempts.length]).toEqual(["paused", 1]);
  });

  test("a page that was frozen makes its connection again if `reopenOnWake` says so, and once", () => {
    const sources = [open({ policy: { reopenOnWake: true } }), open()];
    const told = sources.map(watch);
    server.open();
    server.clock.freeze(HOUR);
    expect(told).toEqual([["open", "suspended", "waiting", "connecting"], ["open"]]);
    server.open();
    server.clock.advance(1000);
    expect(server.attempts.length).toBe(3);
  });

  test("a sharer that is paused leaves the connection to the others, and the last one closes it", () => {
    const sources = [open({ shared: true }), open({ shared: true })] as const;
    const told = sources.map(watch);
    server.sendWithId("message", "1", "7");
    sources[0].pause();
    server.sendWithId("message", "2", "8");
    expect(told).toEqual([
      ["open", "1", "paused"],
      ["open", "1", "2"],
    ]);
    sources[0].resume();
    server.send("message", 3);
    expect([told[0]?.slice(3), server.attempts.length]).toEqual([["connecting", "open", "3"], 1]);
    for (const source of sources) source.pause();
    expect(server.connections).toBe(0);
    sources[1].resume();
    expect(server.attempts.at(-1)?.lastEventId).toBe("8");
  });

  test("sharers reconnect together, and their page pauses and resumes them together", () => {
    const policy = { pauseWhenHidden: 10 };
    const sources = [open({ shared: true, policy }), open({ shared: true, policy })] as const;
    const told = sources.map(watch);
    server.open();
    sources[0].reconnect();
    sources[1].reconnect();
    server.open();
    server.clock.hide();
    server.clock.advance(10);
    server.clock.show();
    server.clock.advance(1000);
    server.open();
    server.clock.hide();
    server.clock.advance(10);
    sources[1].resume();
    const expected = ["open", "connecting", "open", "paused", "connecting", "open", "paused", "connecting"];
    expect(told).toEqual([expected, expected]);
    expect(server.attempts.length).toBe(4);
  });

  test.each(["resume", "reconnect"] as const)(
    "a sharer that comes back by `%s` to a connection that its page has paused resumes it",
    (name) => {
      const init = { shared: true, policy: { pauseWhenHidden: 10 } };
      const [source, other] = [open(init), open(init)];
      server.open();
      server.clock.hide();
      server.clock.advance(10);
      source.pause();
      expect(server.attempts.length).toBe(1);
      source[name]();
      expect([server.attempts.length, source.state.type, other.state.type]).toEqual([2, "connecting", "connecting"]);
    },
  );
});

test.each(["waiting", "paused"])("a source that joins a connection that is %s is told when that connects", (type) => {
  const policy = { preset: "resilient", pauseWhenHidden: 0 } as const;
  const init = { shared: true, policy };
  if (type === "paused") server.clock.hide();
  const first = openOver("fetch", init);
  first.onError(ignore);
  if (type === "waiting") server.fail(503);
  const joined = openOver("fetch", init);
  const told = watch(joined);
  expect([first.state.type, joined.state.type]).toEqual([type, type]);
  server.clock.show();
  server.clock.advance(1000);
  expect([told, joined.state.type, server.connections]).toEqual([["connecting"], "connecting", 1]);
});

test("a POST is sent again by `reconnect` and `resume` alone", () => {
  const policy = { preset: "resilient", pauseWhenHidden: 10, reopenOnWake: true } as const;
  const source = openOver("fetch", { method: "POST", policy } as Partial<EventSourceInit>);
  const told = watch(source);
  server.open();
  server.clock.hide();
  server.clock.freeze(HOUR);
  server.clock.show();
  server.clock.goOnline();
  expect([told, server.attempts.length]).toEqual([["open"], 1]);
  source.reconnect();
  source.pause();
  server.clock.advance(1000);
  source.resume();
  expect([told.slice(1), server.attempts.length]).toEqual([["connecting", "paused", "connecting"], 3]);
});
