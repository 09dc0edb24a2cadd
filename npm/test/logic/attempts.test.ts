// What is told of attempts to connect, and what is counted.

import { EventSource, type AttemptSummary, type EventSourceInit } from "typed-eventsource";
import { FakeServer } from "typed-eventsource/testing";
import { describe, expect, test, vi } from "vitest";
import { TRANSPORTS, ignore, open, server, type Transport } from "../support/fake-server.ts";

const RESILIENT = { preset: "resilient", backoff: { initial: 1000, jitter: false } } as const;

/** A source, and the attempts that it tells of. */
function watch(transport: Transport, init: Partial<EventSourceInit> = {}) {
  const attempts: AttemptSummary[] = [];
  const source = open(transport, { policy: RESILIENT, ...init } as Partial<EventSourceInit>);
  source.onError(ignore);
  source.onAttempt((attempt) => attempts.push(attempt));
  return { source, attempts };
}

const URL_ASKED = "http://localhost/stream";

describe.each(TRANSPORTS)("over %s", (transport) => {
  const status = transport === "fetch" ? 200 : undefined;

  test("an attempt is told once it is known how it ended", () => {
    const { attempts } = watch(transport);
    server.clock.advance(120);
    expect(attempts).toEqual([]);
    server.open();
    server.send("message", 1);
    const first = { number: 1, reason: "first", url: URL_ASKED, startedAt: 0, duration: 120, outcome: "opened", status };
    expect(attempts).toEqual([first]);
  });

  test("an attempt that is refused and the next one are told with the error", () => {
    const { source, attempts } = watch(transport, { diagnose: true });
    const errors: unknown[] = [];
    source.onError((error) => errors.push(error));
    server.clock.advance(50);
    server.fail(503);
    server.clock.advance(1000);
    server.clock.advance(30);
    server.open();
    const [refused, opened] = attempts;
    const { error } = refused;
    expect(errors).toEqual([error]);
    expect(error).toMatchObject({ code: "status", status: 503 });
    expect(refused).toEqual({
      number: 1,
      reason: "first",
      url: URL_ASKED,
      startedAt: 0,
      duration: 50,
      outcome: "refused",
      status: 503,
      error,
    });
    expect(opened).toEqual({
      number: 2,
      reason: "reconnection",
      cause: error,
      url: URL_ASKED,
      startedAt: 1050,
      duration: 30,
      outcome: "opened",
      status,
    });
  });

  test("an attempt is told before its error, and with the state that follows in effect", () => {
    const { source } = watch(transport);
    const told: string[] = [];
    source.onAttempt(({ outcome }) => told.push(`${outcome} ${source.state.type} ${source.readyState}`));
    source.onError(({ code }) => told.push(code));
    source.onState(({ type }) => told.push(type));
    server.open();
    server.send("message", 1);
    server.lose();
    expect(told).toEqual(["opened open 1", "open", "connection-lost", "waiting"]);
  });

  test("an attempt that is under way when the source closes is told as aborted, after the close", () => {
    const { source, attempts } = watch(transport);
    source.onAttempt(() => expect(source.state).toEqual({ type: "closed", reason: { type: "requested" } }));
    source.close();
    expect(attempts).toMatchObject([{ number: 1, outcome: "aborted", url: URL_ASKED }]);
    expect(attempts[0].error).toBeUndefined();
  });

  test("an attempt that closes the source is told before its error", async () => {
    const { source, attempts } = watch(transport, { policy: { preset: "close-on-error" } });
    const told: string[] = [];
    source.onAttempt(({ outcome }) => told.push(outcome));
    source.onError(({ code }) => told.push(code));
    source.onState(({ type }) => told.push(type));
    server.fail(404);
    await source.closed;
    expect(told).toEqual(transport === "fetch" ? ["refused", "status", "closed"] : ["failed", "given-up", "closed"]);
    expect(attempts[0].error).toBe((source.state as { reason: { error: unknown } }).reason.error);
  });

  test("an attempt that is closed by a handler is told when the handler has returned", async () => {
    const { source, attempts } = watch(transport);
    server.fail(503);
    source.onState(({ type }) => {
      if (type !== "connecting") return;
      source.close();
      expect(attempts).toHaveLength(1);
    });
    server.clock.advance(1000);
    await source.closed;
    expect(attempts[1]).toMatchObject({ number: 2, outcome: "aborted" });
  });

  test("an answer with status 204 finishes", async () => {
    const { source, attempts } = watch(transport, { diagnose: true });
    server.finish();
    await source.closed;
    expect(attempts).toMatchObject([{ outcome: "finished", status: 204 }]);
  });

  test("an attempt after a sleep says that the page woke, and the error that led to it", () => {
    const { attempts } = watch(transport);
    server.open();
    server.send("message", 1);
    server.clock.sleep(600_000);
    server.clock.advance(0);
    server.open();
    expect(attempts.at(-1)).toMatchObject({ number: 2, reason: "woken", cause: { code: "suspended" }, outcome: "opened" });
  });

  test("an attempt says that the user reconnected, or resumed the source", () => {
    const { source, attempts } = watch(transport);
    server.open();
    server.clock.advance(1000);
    source.reconnect();
    server.open();
    server.clock.advance(1000);
    source.reconnect();
    source.pause();
    server.clock.advance(1000);
    source.resume();
    server.open();
    expect(attempts.map(({ reason, outcome, cause }) => [reason, outcome, cause])).toEqual([
      ["first", "opened", undefined],
      ["reconnect", "opened", undefined],
      ["reconnect", "aborted", undefined],
      ["resumed", "opened", undefined],
    ]);
  });

  test("a slow attempt that is given up has failed", () => {
    const { attempts } = watch(transport, { policy: { ...RESILIENT, opening: { after: 5000, then: "reopen" } } });
    server.clock.advance(5000);
    expect(attempts).toMatchObject([{ outcome: "failed", duration: 5000, error: { code: "open-timeout" } }]);
  });

  test("a handler that was removed hears nothing, and one may be assigned", () => {
    const { source, attempts } = watch(transport);
    const heard: number[] = [];
    const off = source.onAttempt(() => heard.push(0));
    off();
    source.onAttempt = (({ number }: AttemptSummary) => heard.push(number)) as never;
    server.open();
    expect(heard).toEqual([1]);
    expect(attempts).toHaveLength(1);
    source.close();
    expect(source.onAttempt(ignore)).toBeTypeOf("function");
  });

  test("what was counted is had at any time, and after the close", () => {
    const { source } = watch(transport, { deduplicate: 10 });
    const before = source.stats;
    const bytes = transport === "fetch" ? 0 : undefined;
    const none = { attempts: 1, opened: 0, events: 0, bytes, duplicates: 0, gaps: 0, lastEventAt: undefined };
    expect(before).toEqual(none);
    source.on("tick", () => {});
    server.clock.advance(100);
    server.sendWithId("tick", "1", "1");
    server.send("unheard", 1);
    server.clock.advance(100);
    server.lose();
    server.clock.advance(600_000);
    server.sendWithId("tick", "1", "1");
    server.sendWithId("tick", "4", "4");
    const { now } = server.clock;
    server.clock.advance(100);
    const expected = { attempts: 2, opened: 2, events: 2, duplicates: 1, gaps: 1, lastEventAt: now };
    expect(source.stats).toMatchObject(expected);
    expect(before, "a snapshot").toEqual(none);
    // `event: tick`, `data: 1`, `id: 1` and their ends are 27 bytes.
    const sent = transport === "fetch" ? 3 * 27 + "event: unheard\ndata: 1\n\n".length : undefined;
    expect(source.stats.bytes).toBe(sent);
    source.close();
    expect(source.stats).toMatchObject({ ...expected, bytes: sent });
  });

  test("events are counted if somebody listens, once however many listen", () => {
    const { source } = watch(transport, { terminalData: "[DONE]", terminalEvent: "bye" });
    source.on("a", () => {});
    source.on("a", () => {});
    source.addEventListener("a", () => {});
    server.send("a", 1);
    server.send("b", 1);
    expect(source.stats.events).toBe(1);
    source.on("b", () => expect(source.stats.events, "while it is delivered").toBe(2));
    server.send("b", 1);
    server.sendText("a", "[DONE]");
    expect(source.stats.events, "terminal data is not delivered").toBe(2);
  });
});

describe("over the browser's own transport", () => {
  test("its own reconnections are told when they end, without a time", () => {
    const { source, attempts } = watch("browser", { policy: { preset: "browser" } });
    source.on("tick", () => {});
    server.sendWithId("tick", "1", "1");
    // It was not the only attempt within three seconds.
    server.clock.advance(5000);
    server.lose();
    expect(source.state).toEqual({ type: "waiting", attempt: 1 });
    expect([attempts.length, source.stats.attempts]).toEqual([1, 1]);
    server.clock.advance(3000);
    server.lose();
    server.clock.advance(3000);
    server.open();
    const [, failed, opened] = attempts;
    expect(failed).toMatchObject({ number: 2, reason: "reconnection", outcome: "failed", error: { code: "connection-lost" } });
    expect(opened).toMatchObject({ number: 3, reason: "reconnection", cause: failed.error, outcome: "opened" });
    expect([failed.startedAt, failed.duration, opened.duration]).toEqual([undefined, undefined, undefined]);
  });
});

test("the URL is the one that the user's function has answered with", async () => {
  const { source, attempts } = watch("fetch", { request: ({ number }) => ({ url: `/stream?attempt=${number}` }) });
  await expect.poll(() => server.attempts.length).toBe(1);
  source.close();
  expect(attempts[0].url).toBe("http://localhost/stream?attempt=1");
});

describe("sources that share a connection", () => {
  const share = () => open("fetch", { shared: true, policy: RESILIENT } as Partial<EventSourceInit>);

  test("are each told of its attempts while they take part", () => {
    const sources = [share(), share()];
    const told = sources.map((source) => {
      const attempts: AttemptSummary[] = [];
      source.onAttempt((attempt) => attempts.push(attempt));
      source.onError(ignore);
      return attempts;
    });
    server.clock.advance(10);
    server.fail(503);
    server.clock.advance(1000);
    sources[0].close();
    server.open();
    expect(told[0].map(({ number, outcome }) => [number, outcome])).toEqual([[1, "refused"]]);
    expect(told[1].map(({ number, outcome }) => [number, outcome])).toEqual([
      [1, "refused"],
      [2, "opened"],
    ]);
    expect(told[1][0]).toBe(told[0][0]);
    expect(server.attempts).toHaveLength(2);
  });

  test("are told of the attempt that closed them, before the close", async () => {
    const source = open("fetch", { shared: true, policy: { preset: "close-on-error" } } as Partial<EventSourceInit>);
    const told: string[] = [];
    source.onAttempt(({ outcome, status }) => told.push(`${outcome} ${status}`));
    source.onState(({ type }) => told.push(type));
    source.onError(({ code }) => told.push(code));
    server.fail(401);
    await source.closed;
    expect(told).toEqual(["refused 401", "status", "closed"]);
  });

  test("have what the connection has counted, also after they have left it", () => {
    const [one, other] = [share(), share()];
    one.on("a", () => {});
    server.send("a", 1);
    expect(other.stats).toEqual(one.stats);
    expect(one.stats).toMatchObject({ attempts: 1, opened: 1, events: 1 });
    one.close();
    other.on("a", () => {});
    server.send("a", 1);
    expect([one.stats.events, other.stats.events]).toEqual([1, 2]);
  });

  test("have what it has counted while they are paused, and closed then", () => {
    const [one, other] = [share(), share()];
    one.on("a", () => {});
    server.send("a", 1);
    const { stats } = one;
    one.pause();
    other.on("a", () => {});
    server.send("a", 1);
    expect(one.stats).toEqual(stats);
    one.resume();
    expect(one.stats).toMatchObject({ events: 2 });
    one.pause();
    one.close();
    expect(one.stats).toMatchObject({ attempts: 1, opened: 1, events: 2 });
  });
});

test("a source that is paused as it is opened has made no attempt, and its first one is told as such", async () => {
  server.clock.hide();
  const numbers: number[] = [];
  const request = ({ number }: { number: number }) => {
    numbers.push(number);
    return {};
  };
  const source = open("fetch", { request, policy: { pauseWhenHidden: 0 } });
  source.onAttempt(({ number }) => numbers.push(number));
  expect(source.stats.attempts).toBe(0);
  server.clock.show();
  await vi.waitFor(() => expect(server.attempts).toHaveLength(1));
  server.open();
  expect([numbers, source.stats.attempts]).toEqual([[1, 1], 1]);
  source.close();
});

test("a source of a server that nobody opens counts its attempt", () => {
  using own = FakeServer.at("/other");
  const source = new EventSource("/other");
  expect([source.stats.attempts, own.attempts.length]).toEqual([1, 1]);
});
