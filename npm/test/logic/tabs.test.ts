// What tabs that share a connection say to each other, what they keep, and how they notice what is missing.

import "../../src/tabs/with-package.js";
import { readFileSync } from "node:fs";
import { EventSourceError } from "typed-eventsource";
import { describe, expect, test, vi } from "vitest";
import { shortened } from "../../src/tabs/backlog.js";
import { CatchingUp } from "../../src/tabs/catching-up.js";
import { askFunction } from "../../src/tabs/functions.js";
import { Log } from "../../src/tabs/log.js";
import { EVENT, LOST, POSITION, STATE } from "../../src/tabs/kinds.js";
import { type Entry, PROTOCOL, pack, unpack } from "../../src/tabs/messages.js";
import { Received } from "../../src/tabs/received.js";
import { watchSilence } from "../../src/tabs/silence.js";

const event = (number: number, data: string, id = String(number)): Entry => [number, EVENT, "message", data, id, "http://localhost"];

/** Users cannot make errors of the package. */
const SourceError: any = EventSourceError;

const OPEN = { type: "open" };

test("the worker has the name that the protocol has", () => {
  const source = readFileSync(new URL("../../src/tabs/through-worker.js", import.meta.url), "utf8");
  expect(/name: "(.*?)"/.exec(source)?.[1]).toBe(PROTOCOL);
});

describe("what crosses", () => {
  const crossed = (value: unknown) => unpack(structuredClone(pack(value)));

  test("errors keep their code, their details and their causes", () => {
    const cause = new SourceError("status", "refused", { status: 401 });
    const error = crossed({ error: new SourceError("too-many", "gave up", { count: 3, cause }) }).error;
    expect(error).toBeInstanceOf(EventSourceError);
    expect(error).toMatchObject({ code: "too-many", message: "gave up", count: 3 });
    expect(error.cause).toBeInstanceOf(EventSourceError);
    expect(error.cause).toMatchObject({ code: "status", status: 401 });
  });

  test("what cannot be copied is left out", () => {
    const value = { kept: [1, "a", null], call: () => 1, symbol: Symbol("s") };
    expect(crossed(value)).toEqual({ kept: value.kept, call: undefined, symbol: undefined });
  });

  test("an error that is among its own causes crosses", () => {
    const error: any = new SourceError("request", "failed");
    error.cause = { error };
    expect(crossed(error)).toMatchObject({ code: "request", message: "failed" });
  });

  test("an object of the user that looks like a packed error stays as it is", () => {
    for (const value of [{ packed: true }, { packed: null }]) expect(crossed(value)).toEqual(value);
  });
});

describe("the log", () => {
  test("one that is behind gets the rest in batches, and the id of the last event in each", () => {
    const log = new Log();
    for (let number = 1; number <= 600; number += 1) log.add(EVENT, ["message", "x", String(number), ""]);
    const first = log.after(0);
    expect([first.upTo, first.entries.length, first.lastEventId]).toEqual([512, 512, "512"]);
    expect(log.after(first.upTo)).toMatchObject({ upTo: 600, lastEventId: "600" });
  });

  test("one that is too far behind is told how much is lost, and the state that was lost with it", () => {
    const log = new Log();
    log.add(STATE, [OPEN]);
    for (let number = 0; number < 4100; number += 1) log.add(EVENT, ["message", "x", "", ""]);
    expect(log.after(0).entries.slice(0, 2)).toEqual([
      [0, LOST, 5],
      [0, STATE, OPEN],
    ]);
    expect(log.after(log.cut).entries[0]?.[0]).toBe(log.cut + 1);
  });

  test("it keeps four megabytes, and always the last event", () => {
    const log = new Log();
    for (const data of ["a", "b"]) log.add(EVENT, ["message", data.repeat(5_000_000), "", ""]);
    expect([log.last, log.cut]).toEqual([2, 1]);
  });
});

describe("the backlog of a tab", () => {
  const CONTENT: [what: string, backlog: Entry[]][] = [
    ["many events", Array.from({ length: 5000 }, (_, index) => event(index + 1, "x"))],
    ["large events", Array.from({ length: 10 }, (_, index) => event(index + 1, "x".repeat(1_000_000)))],
  ];

  test.each(CONTENT)("it is shortened if it has %s, and says what it lacks", (_, backlog) => {
    const position: Entry = [0, POSITION, "1", undefined, 1];
    const state: Entry = [1, STATE, OPEN];
    const [lost, second, ...rest] = shortened([state, position, ...backlog]);
    const dropped = backlog.length - rest.length;
    expect(dropped).toBeGreaterThan(0);
    expect([lost, second]).toEqual([[0, LOST, dropped], state]);
    expect(rest).toEqual(backlog.slice(dropped));
    const more = shortened([lost, state, ...rest, ...backlog.slice(0, 1)] as Entry[]);
    expect(more[0]?.[2]).toBeGreaterThan(dropped);
  });

  test("it stays as it is if it is short, and one event may be of any size", () => {
    for (const backlog of [[event(1, "x"), event(2, "y")], [event(1, "x".repeat(5_000_000))]]) expect(shortened(backlog)).toBe(backlog);
  });
});

describe("what was received", () => {
  test("an event is known by its id, its name and its data", () => {
    const received = new Received();
    received.add(event(1, "one", "7"));
    expect(received.has(event(9, "one", "7"))).toBe(true);
    expect(received.has(event(9, "two", "7"))).toBe(false);
    expect(received.has([9, EVENT, "other", "one", "7", ""])).toBe(false);
  });

  test("an event without an id is not known", () => {
    const received = new Received();
    received.add(event(1, "one", ""));
    expect(received.has(event(1, "one", ""))).toBe(false);
  });

  test("the latest 4,096 are known", () => {
    const received = new Received();
    for (let number = 0; number <= 4096; number += 1) received.add(event(number, "x"));
    expect([0, 1, 4096].map((number) => received.has(event(number, "x")))).toEqual([false, true, true]);
  });
});

describe("catching up", () => {
  function catchUp() {
    const received = new Received();
    received.add(event(3, "3"));
    let link: any;
    const close = vi.fn();
    const open = (_: string, given: any) => {
      link = given;
      return { close };
    };
    const onEnd = vi.fn();
    const catchingUp = new CatchingUp({ after: () => () => {} }, open, {}, "3", received, event(6, "6"), onEnd);
    const send = (data: string) => link.receiveEvent({ name: "message" }, data, { lastEventId: data, origin: "" });
    const ended = () => onEnd.mock.calls.map(([entries, hasLost]) => [entries.map(([, , , data]: Entry) => data), hasLost]);
    return { catchingUp, send, ended, close };
  }

  test("the server's events come before those of the hub, once they meet", () => {
    const { catchingUp, send, ended, close } = catchUp();
    catchingUp.add(event(7, "7"));
    for (const data of ["4", "5", "6", "7"]) send(data);
    expect(ended()).toEqual([[["4", "5", "6", "7"], false]]);
    expect(close).toHaveBeenCalledOnce();
  });

  test("what the member has is not taken another time", () => {
    const { send, ended } = catchUp();
    for (const data of ["3", "4", "6"]) send(data);
    expect(ended()).toEqual([[["4", "6"], false]]);
  });

  test("something is lost if the server goes on later than the hub", () => {
    const { catchingUp, send, ended } = catchUp();
    catchingUp.add(event(7, "7"));
    send("7");
    expect(ended()).toEqual([[["6", "7"], true]]);
  });

  test("nothing of it counts if the hub comes to what the member has", () => {
    const { catchingUp, send, ended } = catchUp();
    send("4");
    catchingUp.cancel();
    expect(ended()).toEqual([[[], false]]);
  });

  test("what the server has sent counts if another hub follows, which sends the rest", () => {
    const { catchingUp, send, ended } = catchUp();
    send("4");
    catchingUp.add(event(7, "7"));
    catchingUp.giveWay();
    expect(ended()).toEqual([[["4"], false]]);
  });
});

describe("the functions of a tab", () => {
  const ask = (answer: unknown) => askFunction("request", { request: () => answer }, [{ number: 1 }]);

  test.each([
    ["a form", () => new URLSearchParams("a=1"), "a=1", "application/x-www-form-urlencoded;charset=UTF-8"],
    ["bytes", () => new TextEncoder().encode("a"), "a", undefined],
  ])("the body of a request crosses if it is %s", async (_, body, text, type) => {
    const { body: bytes, headers } = await ask({ method: "POST", body: body() });
    expect(new TextDecoder().decode(structuredClone(bytes))).toBe(text);
    expect(new Map(headers).get("content-type")).toBe(type);
  });

  test("a form with a file crosses with its boundary", async () => {
    const form = new FormData();
    form.set("file", new File(["text"], "a.txt"));
    const { body, headers } = await ask({ method: "POST", body: form });
    const sent = await new Response(body, { headers }).formData();
    expect(await (sent.get("file") as File).text()).toBe("text");
  });

  test("an answer that is no object is left to the hub, which refuses it", async () => {
    expect(await ask(undefined)).toBeUndefined();
  });

  test("a rule that fails is reported in its tab, and decides as proposed", () => {
    const report = vi.fn();
    vi.stubGlobal("reportError", report);
    const fail = () => {
      throw new Error("a bug");
    };
    expect(askFunction("rule", { policy: { rule: fail } }, [{}, 1, 0])).toEqual([0, 0]);
    expect(askFunction("rule", { policy: { rule: () => ({ type: "nonsense" }) } }, [{}, 1, 0])).toEqual([0, 0]);
    expect(askFunction("renewBefore", { renewBefore: fail }, [])).toBeUndefined();
    expect(report).toHaveBeenCalledTimes(3);
    vi.unstubAllGlobals();
  });
});

test("a hub that falls silent is noticed each time", () => {
  let look = () => {};
  const host = { after: (_: number, callback: () => void) => ((look = callback), () => (look = () => {})) };
  const [ask, onSilence] = [vi.fn(), vi.fn()];
  const silence = watchSilence(host, ask, onSilence);
  const lookFor = (times: number) => Array.from({ length: times }, () => look());
  lookFor(3);
  expect([ask, onSilence].map(({ mock }) => mock.calls.length)).toEqual([3, 1]);
  lookFor(5);
  expect(onSilence).toHaveBeenCalledOnce();
  silence.note();
  lookFor(4);
  expect(onSilence).toHaveBeenCalledTimes(2);
  silence.stop();
  lookFor(4);
  expect(onSilence).toHaveBeenCalledTimes(2);
});
