// `onAny`: events of any name, and hints at those that nobody listens to.

import type { EventSourceInit, TypedEvent } from "typed-eventsource";
import { describe, expect, test } from "vitest";
import { TRANSPORTS, ignore, open, server } from "../support/fake-server.ts";

const openFetch = (init?: Partial<EventSourceInit>) => open("fetch", init);

/** A list of the names and data that callbacks are told, and a function that makes these callbacks. */
function log() {
  const told: string[] = [];
  const note =
    (who = "") =>
    ({ type, data }: TypedEvent<unknown>) =>
      void told.push(`${who}${type} ${JSON.stringify(data)}`);
  return { told, note };
}

test("every event is delivered, and one with handlers of its name to those first", () => {
  const source = openFetch();
  const { told, note } = log();
  source.onAny(note("any "));
  source.on("a", note("on "));
  server.send("a", 1);
  server.sendWithId("b", "2", "7");
  server.send("message", [3]);
  expect(told).toEqual(["on a 1", "any a 1", "any b 2", "any message [3]"]);
  expect(source.lastEventId).toBe("7");
  expect(server.clock.hints).toEqual([]);
});

test("`onAny` is refused over the browser's own transport, and the error says what to do", () => {
  for (const init of [{}, { shared: true }]) {
    const source = open("browser", init);
    const refusal = { name: "EventSourceError", code: "unsupported", message: expect.stringContaining('transport: "fetch"') };
    expect(() => source.onAny(ignore)).toThrow(expect.objectContaining(refusal));
    source.on("a", ignore);
    server.send("b", 1);
  }
});

test("a callback that was removed is called no longer, and one that is added during an event is called first at the next", () => {
  const source = openFetch();
  const { told, note } = log();
  let undo = () => {};
  const first = source.onAny((event) => {
    note("first ")(event);
    first();
    undo = source.onAny(note("second "));
  });
  server.send("a", 1);
  server.send("b", 2);
  undo();
  server.send("c", 3);
  expect(told).toEqual(["first a 1", "second b 2"]);
});

test("each name is parsed in its way, and what does not decode is an error", () => {
  const source = openFetch({ parse: { text: "text", number: Number, ping: "skip" } });
  const { told, note } = log();
  source.onAny(note());
  const errors: unknown[] = [];
  source.onError(({ code, event }) => errors.push([code, event?.type]));
  for (const name of ["text", "number", "ping", "other", "json"]) server.sendText(name, name === "other" ? "{" : "1");
  expect(told).toEqual(['text "1"', "number 1", "json 1"]);
  expect(errors).toEqual([["decode", "other"]]);
});

test("`onAny` goes on after a reconnection, skips duplicates, and ends with the source", async () => {
  const source = openFetch({ deduplicate: 5, terminalEvent: "bye" });
  const { told, note } = log();
  source.onAny(note());
  source.onError(ignore);
  server.sendWithId("a", "1", "1");
  server.lose();
  server.clock.advance(10_000);
  server.sendWithId("a", "1", "1");
  server.sendWithId("b", "2", "2");
  server.send("bye", null);
  expect(await source.closed).toEqual({ type: "finished" });
  expect(told).toEqual(["a 1", "b 2", "bye null"]);
  expect(source.onAny(ignore)).toBeTypeOf("function");
});

test("sources that share a connection each hear every event once", () => {
  const { told, note } = log();
  const [one, two] = [openFetch({ shared: true }), openFetch({ shared: true, parse: "text" })];
  one.on("a", note("one on "));
  const undo = one.onAny(note("one any "));
  two.onAny(note("two any "));
  server.send("a", 1);
  server.send("b", 2);
  undo();
  server.send("b", 3);
  server.send("a", 4);
  expect(told).toEqual([
    ...["one on a 1", "one any a 1", 'two any a "1"'],
    ...["one any b 2", 'two any b "2"'],
    ...['two any b "3"'],
    ...["one on a 4", 'two any a "4"'],
  ]);
  two.close();
  server.send("b", 5);
  expect(told).toHaveLength(8);
  expect(server.attempts).toHaveLength(1);
});

test("a sharer that listens to all while an event is delivered hears every later event", () => {
  const { told, note } = log();
  const [one, two] = [openFetch({ shared: true }), openFetch({ shared: true })];
  const undo = one.on("x", () => (undo(), two.onAny(note("any "))));
  two.on("x", note("on "));
  server.send("x", 1);
  server.send("z", 2);
  server.send("x", 3);
  expect(told).toEqual(["on x 1", "any x 1", "any z 2", "on x 3", "any x 3"]);
});

test("a sharer that adds a listener to all while an event is delivered keeps the other one", () => {
  const { told, note } = log();
  const [one, two] = [openFetch({ shared: true }), openFetch({ shared: true })];
  const undo = one.on("y", () => (undo(), two.onAny(note("second "))));
  two.onAny(note("first "));
  server.send("y", 1);
  server.send("y", 2);
  expect(told.filter((line) => line.startsWith("first"))).toEqual(["first y 1", "first y 2"]);
});

test("sources that share a connection may stop listening to a name or to all while an event is delivered", () => {
  const { told, note } = log();
  const [one, two] = [openFetch({ shared: true }), openFetch({ shared: true })];
  const undoName = one.on("a", (event) => {
    note("one on ")(event);
    undoName();
    undoTwo();
  });
  one.onAny(note("one any "));
  two.on("a", note("two on "));
  const undoTwo = two.onAny(note("two any "));
  server.send("a", 1);
  server.send("a", 2);
  expect(told).toEqual(["one on a 1", "one any a 1", "two on a 1", "two on a 2", "one any a 2"]);
});

test("a function that is assigned to `onAny` is called too", () => {
  const source = openFetch();
  const { told, note } = log();
  (source as { onAny: unknown }).onAny = note();
  server.send("a", 1);
  expect(told).toEqual(["a 1"]);
});

test("one hint names the first event that nobody listens to, and what is listened to", () => {
  const source = openFetch({ parse: { ping: "skip" } });
  source.on("Price", ignore);
  source.on("Halt", ignore);
  for (const name of ["Price", "ping", "price", "halt"]) server.send(name, 1);
  expect(server.clock.hints).toEqual([
    'nobody listens to events called "price" of http://localhost/stream (listened to: "ping", "Price", "Halt"); `parse` can skip them',
  ]);
  expect(server.clock.reports).toEqual([]);
});

describe.each(TRANSPORTS)("over %s", (transport) => {
  test("a skipped event shows that the connection is alive", async () => {
    const source = open(transport, { parse: { ping: "skip" }, policy: { idle: { after: 1000, then: "close" } } });
    const told: unknown[] = [];
    source.onError(({ code }) => told.push(code));
    server.open();
    source.on("ping", () => told.push("event"));
    for (const _ of [1, 2, 3]) {
      server.clock.advance(800);
      server.sendText("ping", "");
    }
    expect(told).toEqual([]);
    server.clock.advance(4000);
    await source.closed;
    expect(told).toEqual(["idle"]);
  });
});
