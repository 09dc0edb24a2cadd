// What errors have, and where they go.

import { EventSource, EventSourceError, type EventSourceInit } from "typed-eventsource";
import { describe, expect, test, vi } from "vitest";
import { TRANSPORTS, ignore, open, reconnect, server } from "../support/fake-server.ts";

describe.each(TRANSPORTS)("over %s", (transport) => {
  test.each<[string, (source: EventSource) => void, string[]]>([
    ["without listeners, every error", () => {}, ["decode", "connection-lost", "connection-lost", "too-many"]],
    [
      "after the last listener was removed, every error",
      (source) => source.onError(ignore)(),
      ["decode", "connection-lost", "connection-lost", "too-many"],
    ],
    ["with a listener to errors, no error", (source) => source.onError(ignore), []],
    // The DOM has no event for an error that does not change the state.
    [
      "with an `error` listener of the DOM, only an error that does not change the state",
      (source) => source.addEventListener("error", ignore),
      ["decode"],
    ],
    ["with `onerror`, only an error that does not change the state", (source) => void (source.onerror = ignore), ["decode"]],
  ])("%s goes to the console", async (_, listen, expected) => {
    const source = open(transport, { policy: { closeAfterLosses: 2, healthyAfter: 3_600_000 * 2 } });
    source.on("message", ignore);
    listen(source);
    server.sendText("message", "{");
    server.lose();
    reconnect();
    server.lose();
    await source.closed;
    expect(server.clock.reports.map(({ code }) => code)).toEqual(expected);
  });

  test.each<[string, NonNullable<EventSourceInit["policy"]>, () => void]>([
    ["open-timeout", { opening: { after: 20, then: "close" } }, () => server.clock.advance(20)],
    ["down-too-long", { closeWhenDownFor: 20 }, () => server.clock.advance(21)],
    ["idle", { idle: { after: 20, then: "close" } }, () => (server.open(), server.clock.advance(20))],
    ["decode", { closeAfterDecodeErrors: 1 }, () => server.sendText("message", "{")],
  ])("the `error` event has the error that closed the source: %s", async (code, policy, fail) => {
    const source = open(transport, { policy });
    source.on("message", ignore);
    const shown: unknown[] = [];
    source.onerror = ({ error, type }) => shown.push([type, error, source.readyState]);
    fail();
    const reason = await source.closed;
    expect(reason).toMatchObject({ type: "policy", error: { code } });
    expect(shown).toEqual([["error", reason.type === "policy" && reason.error, EventSource.CLOSED]]);
    expect(server.clock.reports).toEqual([]);
  });

  test("an exception of a listener is reported, and other listeners are called", async () => {
    const reported: string[] = [];
    vi.stubGlobal("reportError", ({ message }: Error) => reported.push(message));
    const source = open(transport, { terminalEvent: "never", policy: { closeAfterLosses: 1 } });
    const fail = (message: string) => () => {
      throw new Error(message);
    };
    const told: unknown[] = [];
    source.onState(fail("state"));
    source.onError(fail("error"));
    source.on("message", fail("event"));
    source.onState(({ type }) => told.push(type));
    source.onError(({ code }) => told.push(code));
    source.on("message", ({ data }) => told.push(data));
    server.send("message", 1);
    server.sendText("message", "{");
    server.send("message", 2);
    server.lose();
    await source.closed;
    vi.unstubAllGlobals();
    expect(told).toEqual(["open", 1, "decode", 2, "connection-lost", "closed"]);
    expect(reported).toEqual(["state", "event", "error", "event", "error", "state"]);
  });

  test.each([false, true])("a failure event closes the source with an error that has it, shared: %s", async (shared) => {
    const source = open(transport, { policy: "resilient", failureEvent: "error", shared });
    const told: unknown[] = [];
    const errors: unknown[] = [];
    const iterated: unknown[] = [];
    source.on("error", ({ data }) => told.push(data));
    source.on("message", () => told.push("too late"));
    source.onError((error) => errors.push(error));
    const events = source.events("error");
    server.sendWithId("error", '"overloaded"', "7");
    server.send("message", 1);
    const reason = await source.closed;
    const [error] = errors;
    expect(error).toMatchObject({
      code: "failure-event",
      event: { type: "error", data: '"overloaded"', lastEventId: "7", origin: "fake:" },
      message: 'the server has failed, and says with "error": "overloaded"',
    });
    expect([told, errors.length, reason]).toEqual([["overloaded"], 1, { type: "policy", error }]);
    const iterate = async () => {
      for await (const { data } of events) iterated.push(data);
    };
    await expect(iterate()).rejects.toBe(error);
    expect([iterated, server.attempts.length]).toEqual([["overloaded"], 1]);
  });

  test("a failure event that does not decode closes the source all the same", async () => {
    const source = open(transport, { policy: "close-on-error", failureEvent: "error" });
    const codes: string[] = [];
    source.on("error", ignore);
    source.onError(({ code }) => codes.push(code));
    server.sendText("error", "😀".repeat(300));
    const reason = await source.closed;
    expect(codes).toEqual(["decode", "failure-event"]);
    expect(reason).toMatchObject({ error: { code: "failure-event", message: expect.stringMatching(/"error": (😀){200}…$/u) } });
  });
});

test("in a minute, the console has one error of each code from each source", async () => {
  const sources = [open("fetch"), open("fetch", { policy: { closeAfterDecodeErrors: 65 } })];
  for (const source of sources) source.on("message", ignore);
  const spoil = (count: number) => Array.from({ length: count }, () => server.sendText("message", "{"));
  const codes = () => server.clock.reports.map(({ code }) => code);
  spoil(63);
  server.comment();
  expect(codes()).toEqual(["decode", "decode"]);
  server.clock.advance(59_999);
  spoil(1);
  expect(codes()).toHaveLength(2);
  server.clock.advance(1);
  spoil(1);
  expect((await sources[1].closed).type).toBe("policy");
  expect(codes()).toEqual(["decode", "decode", "decode", "decode", "too-many"]);
});

test("when a source closes, the errors that had no line get one for each code", async () => {
  const closed = open("fetch");
  const ended = open("fetch", { policy: { closeAfterDecodeErrors: 64 } });
  const messages = () => server.clock.reports.map(({ code, event }) => [code, event?.data].join(" ").trim());
  for (const source of [closed, ended]) source.on("message", ignore);
  for (let count = 1; count < 64; count += 1) server.sendText("message", `{${count}`);
  for (let times = 0; times < 2; times += 1) {
    server.lose();
    server.clock.advance(5000);
    server.open();
  }
  const lines = ["decode {1", "decode {1", "connection-lost", "connection-lost"];
  expect(messages()).toEqual(lines);
  closed.close();
  lines.push("decode {63", "connection-lost");
  expect(messages()).toEqual(lines);
  server.sendText("message", "{64");
  expect((await ended.closed).type).toBe("policy");
  lines.push("too-many", "decode {64", "connection-lost");
  expect(messages()).toEqual(lines);
});

test("the error that closes a source is always on the console", async () => {
  const source = open("fetch", { policy: { givenUp: "reopen", retryStatuses: [503], backoff: { jitter: false, initial: 1000 } } });
  for (const status of [503, 503, 401]) {
    server.fail(status);
    server.clock.advance(5000);
  }
  await source.closed;
  expect(server.clock.reports).toMatchObject([{ status: 503 }, { status: 401 }]);
});

test("an error is an `EventSourceError` and an `Error`, with a name and a stack", () => {
  const source = open("fetch");
  let thrown: unknown;
  try {
    source.on("", ignore);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(EventSourceError);
  expect(thrown).toBeInstanceOf(Error);
  expect(thrown).toMatchObject({ name: "EventSourceError", stack: expect.any(String) });
  expect(String(thrown)).toMatch(/^EventSourceError: /);
});
