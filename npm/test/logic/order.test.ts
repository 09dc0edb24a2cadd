// The order in which listeners are told, and when that ends.

import { describe, expect, test } from "vitest";
import { TRANSPORTS, open, server } from "../support/fake-server.ts";

describe.each(TRANSPORTS)("over %s", (transport) => {
  test("the function that `on` returns removes that one listener at once", () => {
    const source = open(transport);
    const told: string[] = [];
    const twice = ({ data }: { data: unknown }) => void told.push(`twice ${data}`);
    source.on("message", ({ data }) => {
      told.push(`first ${data}`);
      undoSecond();
    });
    const undoSecond = source.on("message", ({ data }) => told.push(`second ${data}`));
    const undoTwice = source.on("message", twice);
    source.on("message", twice);
    undoTwice();
    undoTwice();
    server.send("message", 1);
    server.send("message", 2);
    expect(told).toEqual(["first 1", "twice 1", "first 2", "twice 2"]);
  });

  test("a listener that is added during an event does not hear that event", () => {
    const source = open(transport);
    const told: string[] = [];
    const add = (who: string) => source.on("message", ({ data }) => told.push(`${who} ${data}`));
    source.addEventListener("message", () => add("of the DOM's"), { once: true });
    const undo = source.on("message", ({ data }) => {
      told.push(`first ${data}`);
      undo();
      add("of the first's");
      source.on("late", ({ data }) => told.push(`late ${data}`));
    });
    server.send("message", 1);
    server.send("message", 2);
    server.send("late", 3);
    expect(told).toEqual(["first 1", "of the DOM's 2", "of the first's 2", "late 3"]);
  });

  test("a failure is told as an `error` event, then to `onError`, then to `onState`", async () => {
    const source = open(transport, { policy: { givenUp: "reopen", backoff: { initial: 1, jitter: false } } });
    const told: unknown[] = [];
    source.onState(({ type }) => told.push(["state", type]));
    source.onError(({ attempt }) => told.push(["error", attempt, source.state.type]));
    source.onopen = () => told.push(["open", source.readyState, source.state.type]);
    source.onerror = ({ error }) => told.push(["error event", error?.attempt, source.readyState]);
    server.fail(500);
    server.clock.advance(10);
    server.open();
    source.close();
    await source.closed;
    expect(told).toEqual([
      ["error event", 1, 0],
      ["error", 1, "waiting"],
      ["state", "waiting"],
      ["state", "connecting"],
      ["open", 1, "open"],
      ["state", "open"],
      ["state", "closed"],
    ]);
  });

  test("nothing is heard after the close", async () => {
    const source = open(transport);
    const told: string[] = [];
    source.onmessage = ({ data }) => told.push(`DOM ${data}`);
    source.on("message", ({ data }) => {
      told.push(`typed ${data}`);
      source.close();
      source.close();
      told.push(`closed: ${source.state.type} ${source.readyState}`);
      source.on("message", () => told.push("a listener that came too late"))();
      source.onState(() => told.push("a listener to states that came too late"))();
    });
    source.on("message", () => told.push("another"));
    source.on("other", () => told.push("another name"));
    source.addEventListener("other", () => told.push("another name, DOM"));
    source.onerror = () => told.push("error");
    source.onError(() => told.push("error"));
    source.onState(({ type }) => type === "closed" && told.push("told that it is closed"));
    server.send("message", 1);
    server.send("message", 2);
    server.send("other", 3);
    await source.closed;
    expect(told).toEqual(["DOM 1", "typed 1", "closed: closed 2", "told that it is closed"]);
  });

  test("the functions that `onState` and `onError` return remove their listeners", () => {
    const source = open(transport);
    const told: unknown[] = [];
    const errors: unknown[] = [];
    const undoState = source.onState(({ type }) => {
      told.push(type);
      undoState();
      undoState();
    });
    const undoError = source.onError(({ event }) => {
      told.push(event?.data);
      undoError();
    });
    source.onError(({ event }) => errors.push(event?.data));
    source.on("message", () => {});
    for (const text of ["1", "{", "["]) server.sendText("message", text);
    source.close();
    expect([told, errors]).toEqual([
      ["open", "{"],
      ["{", "["],
    ]);
  });

  test("listeners are called without `this`", () => {
    const source = open(transport);
    const receivers: unknown[] = [];
    source.on("message", function (this: unknown) {
      receivers.push(this);
    });
    server.send("message", 1);
    expect(receivers).toEqual([undefined]);
  });

  test("the close is told to `onState`, then by the promise `closed`, which is always the same", async () => {
    const source = open(transport);
    const told: unknown[] = [];
    source.onState(({ type }) => type === "closed" && told.push("state"));
    const end = source.closed.then(() => told.push("promise"));
    source.close();
    told.push("closed");
    await end;
    expect(told).toEqual(["state", "closed", "promise"]);
    expect(source.closed).toBe(source.closed);
    expect(source.state).toEqual({ type: "closed", reason: await source.closed });
  });

  test("the close of a source by its signal is not taken for the state of the next one", async () => {
    const told: string[] = [];
    const show = (url: string) => {
      const abort = new AbortController();
      const source = open(transport, { signal: abort.signal }, url);
      told.push(`${url} ${source.state.type}`);
      source.onState(({ type }) => told.push(`${url} ${type}`));
      return () => abort.abort();
    };
    const leave = show("/first");
    server.open();
    leave();
    show("/second");
    await Promise.resolve();
    expect(told).toEqual(["/first connecting", "/first open", "/first closed", "/second connecting"]);
  });

  test("a close within a handler is told once the handler has returned", async () => {
    const source = open(transport);
    const told: unknown[] = [];
    source.onState(({ type }) => told.push(type));
    source.on("message", () => {
      source.close();
      told.push("message");
    });
    server.send("message", 1);
    await source.closed;
    expect(told).toEqual(["open", "message", "closed"]);
  });

  test("a source that is closed from the start tells nobody of it", async () => {
    const source = open(transport, { signal: AbortSignal.abort("enough") });
    source.onState(() => expect.unreachable());
    expect(source.state.type).toBe("closed");
    expect(await source.closed).toEqual({ type: "aborted", reason: "enough" });
  });

  test("a terminal event may be named `error`", async () => {
    const source = open(transport, { terminalEvent: "error" });
    const told: unknown[] = [];
    source.on("error", ({ data }) => told.push(data));
    source.onError(({ code }) => told.push(code));
    server.send("error", 1);
    expect(await source.closed).toEqual({ type: "finished" });
    expect(told).toEqual([1]);
  });
});
