// The seconds until the next attempt.

import { onCountdown } from "typed-eventsource";
import { expect, onTestFinished, test, vi } from "vitest";
import { open, server } from "../support/fake-server.ts";

/** A source that waits for this many milliseconds after a refusal, and the seconds that are counted. */
function counting(initial: number, shared = false) {
  const source = open("fetch", { shared, policy: { preset: "resilient", backoff: { initial } } });
  source.onError(() => {});
  const counted: (number | undefined)[] = [];
  return { source, counted, end: onCountdown(source, (seconds) => counted.push(seconds)) };
}

test("each second of a wait is counted, and then its end", () => {
  const { counted } = counting(2500);
  server.fail(503);
  expect(counted).toEqual([3]);
  server.clock.advance(499);
  expect(counted).toEqual([3]);
  server.clock.advance(1);
  expect(counted).toEqual([3, 2]);
  server.clock.advance(1000);
  expect(counted).toEqual([3, 2, 1]);
  server.clock.advance(1000);
  expect(counted).toEqual([3, 2, 1, undefined]);
  server.open();
  expect(counted).toHaveLength(4);
  server.lose();
  expect(counted.slice(4)).toEqual([5]);
});

test("a wait that is cut short ends the count", () => {
  const { source, counted } = counting(9000);
  server.fail(503);
  server.clock.goOnline();
  expect(counted).toEqual([9, undefined]);
  server.fail(503);
  source.close();
  expect(counted).toEqual([9, undefined, 18, undefined]);
  server.clock.advance(60_000);
  expect(counted).toHaveLength(4);
});

test("a count that has ended is not heard, and sets no timer", () => {
  const { counted, end } = counting(9000);
  server.fail(503);
  const { timers } = server.clock;
  end();
  expect(server.clock.timers).toBe(timers - 1);
  server.clock.advance(60_000);
  expect(counted).toEqual([9]);
});

test("a source that joins in the middle of a wait hears what is left of it", () => {
  const { counted } = counting(9000, true);
  server.fail(503);
  server.clock.advance(4000);
  const joined = counting(9000, true);
  server.clock.advance(0);
  expect([counted.at(-1), joined.counted]).toEqual([5, [5]]);
  server.clock.advance(1000);
  expect([counted.at(-1), joined.counted]).toEqual([4, [5, 4]]);
});

test("where the browser reconnects, nothing is counted", () => {
  const source = open("browser");
  source.onError(() => {});
  onCountdown(source, () => expect.unreachable());
  server.open();
  server.lose();
  expect(source.state).toEqual({ type: "waiting", attempt: 1 });
  server.clock.advance(10_000);
  server.open();
});

test("a count of a source that has closed is never heard", () => {
  const source = open("fetch");
  source.close();
  onCountdown(source, () => expect.unreachable())();
});

test("a handler that throws is called again, and the rest goes on", () => {
  const reported = vi.fn();
  vi.stubGlobal("reportError", reported);
  onTestFinished(() => void vi.unstubAllGlobals());
  const { source } = counting(2000);
  const counted: (number | undefined)[] = [];
  onCountdown(source, (seconds) => {
    counted.push(seconds);
    throw new RangeError("too many");
  });
  server.fail(503);
  server.clock.advance(2000);
  expect(counted).toEqual([2, 1, undefined]);
  expect(source.state).toEqual({ type: "connecting" });
  expect(reported).toHaveBeenCalledTimes(3);
});
