// What the fake server promises to the tests of users.

import { EventSource, type EventSourceInit } from "typed-eventsource";
import { FakeServer } from "typed-eventsource/testing";
import { describe, expect, test } from "vitest";
import { server } from "../support/fake-server.ts";

/** A source with listeners, and what they have heard: events of one name, errors and states. */
function listen(name = "price", options?: EventSourceInit) {
  const source = new EventSource("/prices", options);
  const heard: unknown[] = [];
  source.on(name, ({ data, lastEventId, origin }) => heard.push({ data, lastEventId, origin }));
  const errors: unknown[] = [];
  source.onError((error) => errors.push(error.status ?? error.code));
  const states: string[] = [];
  source.onState(({ type }) => states.push(type));
  return { source, heard, errors, states };
}

test("a fake server serves a source that is opened before it closes", () => {
  const { source, heard, states } = listen();
  expect(source.state).toEqual({ type: "connecting" });
  server.open();
  expect([source.readyState, states]).toEqual([EventSource.OPEN, ["open"]]);
  server.sendWithId("price", "1.5", "7");
  server.send("price", 2.5);
  server.sendText("price", "3");
  server.send("volume", 9);
  expect(heard).toEqual([1.5, 2.5, 3].map((data) => ({ data, lastEventId: "7", origin: "fake:" })));
  expect(server.listenedNames).toEqual(["price"]);
  const attempt = { url: "http://localhost/prices", lastEventId: "", method: "GET", headers: new Headers(), body: null };
  expect([server.connections, server.attempts]).toEqual([1, [attempt]]);
  source.close();
  expect([server.connections, server.listenedNames]).toEqual([0, []]);
});

test("`send` opens the connection first, and reaches listeners of the DOM and iterations", async () => {
  const source = new EventSource("/prices");
  const heard: unknown[] = [];
  source.onopen = () => heard.push("open");
  source.onmessage = ({ data, type }) => heard.push([type, data]);
  const events = source.events("message");
  server.send("message", { a: 1 });
  server.finish();
  expect(heard).toEqual(["open", ["message", '{"a":1}']]);
  expect(await events.next()).toMatchObject({ value: { data: { a: 1 } } });
  await expect(events.next()).rejects.toMatchObject({ code: "given-up" });
});

test("a source over the browser's own that asks why sees a status as over fetch", async () => {
  const { source, errors } = listen("price", { diagnose: true, policy: "resilient" });
  server.fail(503);
  expect(source.state).toMatchObject({ type: "waiting", attempt: 1 });
  server.clock.advance(1000);
  server.fail(401);
  expect(await source.closed).toMatchObject({ type: "policy", error: { code: "status", status: 401 } });
  expect(errors).toEqual([503, 401]);
  const finished = listen("price", { diagnose: true }).source;
  server.finish();
  expect(await finished.closed).toEqual({ type: "finished" });
});

test("a source over the browser's own that asks says that `fetch` can take a stream of another status", async () => {
  const { source } = listen("price", { diagnose: true });
  server.respond({ status: 201, headers: { "content-type": "text/event-stream" } });
  const advice = expect.stringContaining("over `fetch`, `accept` can take it");
  expect(await source.closed).toMatchObject({ error: { code: "status", message: advice } });
});

test("a fake server at a URL serves only that URL, before servers that were made earlier, until it is closed", () => {
  const prices = FakeServer.at("/prices");
  const first = listen();
  new EventSource("http://localhost/scores").close();
  expect(prices.attempts).toHaveLength(1);
  expect(server.attempts.map(({ url }) => url)).toEqual(["http://localhost/scores"]);
  prices.close();
  prices.close();
  listen();
  expect([prices.connections, server.connections]).toEqual([1, 1]);
  prices.send("price", 1);
  expect(first.heard).toHaveLength(1);
  server.close();
  expect(() => new EventSource("http://localhost/prices")).toThrow(/no EventSource here/);
  expect(() => new EventSource("/prices")).toThrow("not a valid URL");
});

test("a fake server at an invalid URL throws, and serves no source", () => {
  expect(() => FakeServer.at("http://[")).toThrow("not a valid URL");
  const { source } = listen();
  server.open();
  expect(source.readyState).toBe(EventSource.OPEN);
});

test("a source that is closed by another one's listener does not hear the event", () => {
  const first = listen();
  const second = listen();
  first.source.on("price", () => second.source.close());
  second.source.on("price", () => first.source.close());
  server.send("price", 1);
  expect([first.heard.length, second.heard.length, server.connections]).toEqual([1, 0, 1]);
});

test("a source reconnects with the id of the last event that it heard", () => {
  const { source } = listen("price", { policy: "resilient" });
  server.sendWithId("unheard", "1", "1");
  expect(source.lastEventId).toBe("");
  server.sendWithId("price", "1", "2");
  expect(source.lastEventId).toBe("2");
  server.fail(500);
  server.clock.advance(1000);
  expect(server.attempts.at(-1)?.lastEventId).toBe("2");
});

describe("the clock", () => {
  test("advances only when the test says so", () => {
    const { source } = listen("price", { policy: "resilient" });
    server.fail(503);
    expect(source.state).toEqual({ type: "waiting", attempt: 1, retryIn: 1000 });
    server.clock.advance(999);
    expect(source.state.type).toBe("waiting");
    server.clock.advance(1);
    expect(source.state).toEqual({ type: "connecting" });
    expect([server.attempts.length, server.clock.now]).toEqual([2, 1000]);
    source.close();
    expect(server.clock.timers).toBe(0);
    expect(() => server.clock.advance(-1)).toThrow(TypeError);
  });

  test("can let the page sleep, and the network come back", () => {
    const policy = { reopenOnWake: true, backoff: { initial: 10, jitter: false } };
    const { source, errors } = listen("price", { policy: { ...policy, idle: { after: 60_000, then: "reopen" } } });
    server.open();
    server.clock.sleep(3_600_000);
    expect(errors).toEqual(["suspended"]);
    server.clock.advance(10);
    server.open();
    server.clock.goOnline();
    expect([errors, source.state.type]).toEqual([["suspended", "suspended"], "waiting"]);
  });

  test("can hide the page, and show it", () => {
    const { source } = listen("price", { policy: { pauseWhenHidden: 1000 } });
    server.clock.hide();
    server.clock.advance(1000);
    expect([source.state.type, server.connections]).toEqual(["paused", 0]);
    const { source: later } = listen("price", { policy: { pauseWhenHidden: 0 } });
    expect([later.state.type, server.attempts.length]).toEqual(["paused", 1]);
    server.clock.show();
    expect([source.state.type, later.state.type, server.connections]).toEqual(["connecting", "connecting", 2]);
  });

  test("can freeze the page, whose timers then fire late", () => {
    const { source, errors } = listen("price", { policy: { preset: "resilient", backoff: { initial: 10_000, jitter: false } } });
    server.fail(503);
    server.clock.freeze(1000);
    expect([source.state.type, server.clock.now]).toEqual(["connecting", 1000]);
    server.open();
    server.clock.freeze(3_600_000);
    expect(errors).toEqual(["given-up", "suspended"]);
    expect(() => server.clock.freeze(-1)).toThrow(TypeError);
  });

  test("keeps the errors that would go to the console", () => {
    const source = new EventSource("/prices", { transport: "fetch" });
    server.lose();
    expect(server.clock.reports).toMatchObject([{ code: "connection-lost" }]);
    source.close();
  });
});

describe("over fetch", () => {
  test("an attempt has the method, the headers and the body of its request", async () => {
    const body = JSON.stringify({ prompt: "why?" });
    let count = 0;
    const headers = async () => ({ Authorization: `Bearer ${(count += 1)}` });
    const post = { transport: "fetch", method: "post", body, policy: { resend: true, retryStatuses: [503] } } as const;
    const { errors } = listen("message", { ...post, headers });
    listen("message", { ...post, headers: { "Content-Type": "application/json" }, body: new Blob(["{}"]) });
    const sent = () => server.attempts.map(({ method, headers, body }) => [method, Object.fromEntries(headers), body]);
    await new Promise((resolve) => setTimeout(resolve));
    const first = ["POST", { authorization: "Bearer 1", "content-type": "text/plain;charset=UTF-8" }, body];
    expect(sent()).toEqual([first, ["POST", { "content-type": "application/json" }, new Blob(["{}"])]]);
    server.fail(503);
    server.clock.advance(10_000);
    await new Promise((resolve) => setTimeout(resolve));
    expect(sent()[2]).toEqual(["POST", { ...(first[1] as object), authorization: "Bearer 2" }, body]);
    expect(errors).toEqual([503]);
  });

  test.each([
    ["throws", () => Promise.reject(new Error("no token")), "request", "waiting"],
    ["makes an invalid one", () => ({ "in valid": "" }), "invalid-request", "closed"],
  ])("a function for headers that %s fails the attempt", async (_, headers, code, state) => {
    const { source, errors } = listen("price", { transport: "fetch", headers, policy: "resilient" });
    await new Promise((resolve) => setTimeout(resolve));
    expect([errors, source.state.type]).toEqual([[code], state]);
    source.close();
  });

  test("a request that cannot be made is refused at once", () => {
    const open = () => new EventSource("/prices", { transport: "fetch", body: "{}" });
    expect(open).toThrow(expect.objectContaining({ code: "invalid-request", url: "http://localhost/prices" }));
    expect([server.connections, server.attempts]).toEqual([0, []]);
  });

  test("a source that is closed at once asks for no headers", async () => {
    const asked: unknown[] = [];
    const headers = () => ({ n: String(asked.push(1)) });
    new EventSource("/prices", { transport: "fetch", headers }).close();
    await new Promise((resolve) => setTimeout(resolve));
    expect(asked).toEqual([]);
  });

  test("a failure has its status", () => {
    const { source, errors } = listen("price", { transport: "fetch", lastEventId: "41" });
    server.fail(404);
    expect(source.state).toMatchObject({ type: "closed", reason: { error: { code: "status", status: 404 } } });
    expect(server.attempts).toMatchObject([{ lastEventId: "41" }]);
    expect(() => server.fail(200)).toThrow(TypeError);
    expect(errors).toEqual([]);
  });

  test("the end of a response to a POST finishes the source, unless it waits for a terminal event", () => {
    const post = { transport: "fetch", method: "POST" } as const;
    const finished = listen("message", post);
    const awaiting = listen("message", { ...post, terminalData: "[DONE]" });
    server.open();
    server.end();
    expect(finished.source.state).toEqual({ type: "closed", reason: { type: "finished" } });
    expect(awaiting.source.state).toMatchObject({ reason: { error: { code: "connection-lost" } } });
  });

  test("`finish` and terminal events finish a source", () => {
    const first = listen("price", { transport: "fetch" });
    server.finish();
    expect(first.source.state).toEqual({ type: "closed", reason: { type: "finished" } });
    const second = listen("message", { transport: "fetch", terminalData: "[DONE]" });
    server.sendText("message", "[DONE]");
    expect(second.source.state).toEqual({ type: "closed", reason: { type: "finished" } });
  });

  test("comments and events that nobody listens to end silence, and `retry` sets the wait", () => {
    const policy = { idle: { after: 10_000, then: "close" } } as const;
    const { source, errors } = listen("price", { transport: "fetch", policy });
    server.open();
    server.clock.advance(9_000);
    server.comment();
    server.clock.advance(9_000);
    server.sendWithId("unheard", "", "5");
    server.retry(700);
    server.clock.advance(9_000);
    expect([source.state.type, source.lastEventId]).toEqual(["open", "5"]);
    server.lose();
    expect(source.state).toEqual({ type: "waiting", attempt: 1, retryIn: 700 });
    server.clock.advance(700);
    server.open();
    server.clock.advance(10_000);
    expect([source.readyState, errors]).toEqual([EventSource.CLOSED, ["connection-lost"]]);
  });
});

describe("sources that share a connection", () => {
  const options = { shared: true, policy: "resilient" } as const;

  test("do not join those of another server", () => {
    listen("price", options);
    using other = new FakeServer();
    listen("price", options);
    expect([server.connections, other.connections]).toEqual([1, 1]);
  });

  test("join again after a rule has reopened one at a decode error", () => {
    const rule = () => ({ type: "reopen", after: 50 }) as const;
    const options = { shared: true, policy: { rule } };
    const [first, second] = [listen("price", options), listen("price", { ...options, parse: "text" })];
    server.sendText("price", "{");
    expect(first.source.state).toEqual({ type: "waiting", attempt: 1, retryIn: 50 });
    expect(second.source.readyState).toBe(EventSource.OPEN);
    server.clock.advance(50);
    expect(first.source.readyState).toBe(EventSource.OPEN);
    server.send("price", 1);
    expect([first.heard.length, second.heard.length, server.attempts.length]).toEqual([1, 2, 1]);
    expect(first.states).toEqual(["open", "waiting", "connecting", "open"]);
  });
});

test("`send` and `retry` refuse what a server cannot send", () => {
  expect(() => server.send("price", undefined)).toThrow(TypeError);
  expect(() => server.retry(Number.NaN)).toThrow(TypeError);
});
