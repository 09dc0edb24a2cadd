// `parse` and `schemas` decode the data of events.

import type { Schemas } from "typed-eventsource";
import { describe, expect, onTestFinished, test } from "vitest";
import { TRANSPORTS, ignore, open, server } from "../support/fake-server.ts";

/** A hand-written schema for messages. */
const schemas = (validate: (value: any) => any): Schemas<Record<string, unknown>> => ({
  message: { "~standard": { version: 1, vendor: "here", validate } },
});

describe.each(TRANSPORTS)("over %s", (transport) => {
  test("a function parses the data, and gets the event", () => {
    const calls: unknown[] = [];
    const parse = (...all: [string, ...unknown[]]) => {
      calls.push(all);
      return all[0].split("\n");
    };
    const source = open(transport, { parse });
    const told: unknown[] = [];
    source.on("price", ({ data }) => told.push(data));
    source.on("price", ({ data }) => told.push(data));
    server.sendWithId("price", "2\n3", "1");
    expect(calls).toEqual([["2\n3", { type: "price", data: "2\n3", lastEventId: "1", origin: "fake:" }]]);
    expect(told[0]).toEqual(["2", "3"]);
    expect(told[1]).toBe(told[0]);
  });

  test("`text` leaves the data as it is", () => {
    const told: unknown[] = [];
    open(transport, { parse: "text" }).on("message", ({ data }) => told.push(data));
    server.sendText("message", "{");
    expect(told).toEqual(["{"]);
  });

  test("each name may be parsed in its way, and a name that is not among them as JSON", () => {
    const parse = { delete: "text", sum: (data: string, { type }: { type: string }) => [type, Number(data)], ping: "skip" } as const;
    const source = open(transport, { parse });
    const told: unknown[] = [];
    source.onError(({ message }) => told.push(message));
    for (const name of ["delete", "sum", "ping", "toString"]) source.on(name, ({ data }) => told.push(data));
    for (const name of ["delete", "sum", "ping", "toString"]) server.sendText(name, "116000000000000001");
    expect(told).toEqual(["116000000000000001", ["sum", 116000000000000000], 116000000000000000]);
  });

  test("a skipped event is received, and reaches the DOM's listeners alone", async () => {
    const source = open(transport, { parse: { ping: "skip" }, policy: { closeAfterDecodeErrors: 2 } });
    const told: unknown[] = [];
    source.onError(({ code }) => told.push(code));
    source.on("ping", () => told.push("typed"));
    source.addEventListener("ping", ({ data }) => told.push(data));
    const events = source.events("ping", "message");
    server.sendText("message", "{");
    server.sendWithId("ping", "dom", "7");
    server.sendText("message", "{");
    expect(told).toEqual(["decode", "dom", "decode"]);
    expect(source.lastEventId).toBe("7");
    await expect(events.next()).rejects.toMatchObject({ code: "too-many", count: 2 });
  });

  test("the schema of a skipped name is not asked", () => {
    const told: unknown[] = [];
    const source = open(transport, { parse: { message: "skip" }, schemas: schemas((value) => told.push(value)) });
    source.on("message", ({ data }) => told.push(data));
    server.send("message", 1);
    expect(told).toEqual([]);
  });

  test.each(["", " ", "\n"])("empty data (%j) is an error that says so, or is skipped", (data) => {
    const told: unknown[] = [];
    for (const skipEmpty of [false, true]) {
      const source = open(transport, { skipEmpty });
      source.onError(({ code, message, event }) => told.push([code, message, event?.data]));
      source.on("message", (event) => told.push(event.data));
    }
    server.sendText("message", data);
    server.send("message", 1);
    const message = 'the data of event "message" is empty, which is not JSON: `skipEmpty` skips such events';
    expect(told).toEqual([["decode", message, data], 1, 1]);
  });

  test("empty data is no error if it is not parsed as JSON", () => {
    const told: unknown[] = [];
    const source = open(transport, { skipEmpty: true, parse: { text: "text", length: (data) => data.length } });
    source.on("text", ({ data }) => told.push(data));
    source.on("length", ({ data }) => told.push(data));
    server.sendText("text", "");
    server.sendText("length", "");
    expect(told).toEqual(["", 0]);
  });

  const exception = new RangeError("no, thanks");
  const throwAtBrace = (data: string) => {
    if (data === "{") throw exception;
    return data;
  };

  test.each([
    ["is not JSON", "json", expect.objectContaining({ name: "SyntaxError" }), 2],
    ["a function throws at", throwAtBrace, exception, "2"],
  ] as const)("data that %s is reported as an error, and skipped", (_, parse, cause, parsed) => {
    const source = open(transport, { parse });
    const errors: unknown[] = [];
    const told: unknown[] = [];
    source.onError((error) => errors.push(error));
    source.on("message", ({ data }) => told.push(data));
    server.sendText("message", "{");
    server.sendText("message", "2");
    expect(errors).toEqual([expect.objectContaining({ code: "decode", cause, event: expect.objectContaining({ data: "{" }) })]);
    expect(errors![0]).not.toHaveProperty("attempt");
    expect(told).toEqual([parsed]);
  });

  test("a schema transforms the value, or refuses it with issues", () => {
    const refuse = (message: string, ...path: unknown[]) => ({ issues: [{ message, path }, { message: "more" }] });
    const validate = (value: unknown) => {
      if (value === "no path") return { issues: [{ message: "no path" }] };
      if (value === "segments") return refuse("path of segments", { key: "prices" }, { key: 0 }, { key: Symbol("unit") });
      if (value === "keys") return refuse("path of keys", "prices", 0, Symbol("unit"));
      return { value: Number(value) * 2 };
    };
    const source = open(transport, { schemas: schemas(validate) });
    const errors: unknown[] = [];
    const told: unknown[] = [];
    source.onError(({ code, message, issues, event }) => errors.push([code, message.split("allows")[1], issues?.length, event?.data]));
    source.on("other", ({ data }) => told.push(data));
    source.on("message", ({ data }) => told.push(data));
    for (const data of ["no path", "segments", "keys"]) server.send("message", data);
    server.send("other", 4);
    server.send("message", 4);
    expect(errors).toEqual([
      ["validation", ": no path", 1, '"no path"'],
      ["validation", ", at prices.0.Symbol(unit): path of segments", 2, '"segments"'],
      ["validation", ", at prices.0.Symbol(unit): path of keys", 2, '"keys"'],
    ]);
    expect(told).toEqual([4, 8]);
  });

  test("a schema that throws, or returns a promise or nothing, is a decode error", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", note);
    onTestFinished(() => void process.off("unhandledRejection", note));
    const validate = (value: string) => {
      if (value === "throw") throw new Error("thrown");
      if (value === "promise") return Promise.reject(new Error("too late"));
      if (value === "thenable") return { then: (_: unknown, reject: (reason: Error) => void) => reject(new Error("too late")) };
      return value === "nothing" ? undefined : { value };
    };
    const source = open(transport, { schemas: schemas(validate) });
    const errors: unknown[] = [];
    const told: unknown[] = [];
    source.onError(({ name, code, message, event }) => errors.push([name, code, event?.data, message.includes("promise")]));
    source.on("message", ({ data }) => told.push(data));
    for (const data of ["throw", "promise", "thenable", "nothing", "value"]) server.send("message", data);
    // Node.js emits `unhandledRejection` after all microtasks.
    await new Promise((resolve) => setImmediate(resolve));
    expect(errors).toEqual([
      ["EventSourceError", "decode", '"throw"', false],
      ["EventSourceError", "decode", '"promise"', true],
      ["EventSourceError", "decode", '"thenable"', true],
      ["EventSourceError", "decode", '"nothing"', false],
    ]);
    expect([told, unhandled]).toEqual([["value"], []]);
  });

  test("decode errors in a row close the source, whether a parser or a schema has refused", async () => {
    const validate = (value: number) => (value < 0 ? { issues: [{ message: "negative" }] } : { value });
    const source = open(transport, { schemas: schemas(validate), policy: { closeAfterDecodeErrors: 3 } });
    const codes: string[] = [];
    const told: unknown[] = [];
    source.onError(({ code }) => codes.push(code));
    source.on("message", ({ data }) => told.push(data));
    for (const text of ["-1", "{", "1", "-2", "}", "-3", "2"]) server.sendText("message", text);
    const closed = { type: "policy", error: { code: "too-many", count: 3, cause: { code: "validation" } } };
    expect(await source.closed).toMatchObject(closed);
    expect(codes).toEqual(["validation", "decode", "validation", "decode", "validation", "too-many"]);
    expect(told).toEqual([1]);
  });

  test("a decode error has its event, and the error that closes the source has the last decode error as its cause", async () => {
    const source = open(transport, { policy: { closeAfterDecodeErrors: 2 } });
    const errors: unknown[] = [];
    source.on("message", ignore);
    source.onError((error) => errors.push(error));
    server.sendWithId("message", "{", "3");
    server.sendText("message", "[");
    const reason = await source.closed;
    const decode = (data: string) => ({ name: "EventSourceError", code: "decode", event: { data, lastEventId: "3" } });
    expect(errors).toMatchObject([decode("{"), decode("["), { code: "too-many", count: 2, cause: { code: "decode" } }]);
    expect(errors.every((error) => error instanceof Error)).toBe(true);
    expect(reason).toEqual({ type: "policy", error: errors[2] });
  });

  test.each([
    ["returns", false, ["the first", "requested"]],
    ["throws", true, ["the first", "the second", "requested"]],
  ])("a parser that closes the source and then %s is not called again, and no event is heard", async (_, throws, expected) => {
    const parsed: string[] = [];
    const source = open(transport, {
      parse: (data) => {
        parsed.push(data);
        if (data === "{") throw new Error("the first");
        source.close();
        if (throws) throw new Error("the second");
      },
    });
    const told: unknown[] = [];
    source.on("message", () => told.push("event"));
    source.onError(({ cause }) => told.push((cause as Error).message));
    for (const text of ["{", "2", "3"]) server.sendText("message", text);
    told.push((await source.closed).type);
    expect(told).toEqual(expected);
    expect(parsed).toEqual(["{", "2"]);
    expect(server.connections).toBe(0);
  });
});
