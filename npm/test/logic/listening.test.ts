// What listeners are told while others are added and removed.

import { EventSource, type EventSourceInit } from "typed-eventsource";
import { describe, expect, test, vi } from "vitest";
import { server } from "../support/fake-server.ts";

const open = (options?: Partial<EventSourceInit>) =>
  new EventSource("/prices", { transport: "fetch", policy: { reconnectionTime: 1000 }, ...options } as EventSourceInit);

/** Loses the connection this many times, once in a minute, since the console has one line in a minute for each kind of error. */
function lose(times: number) {
  for (let time = 0; time < times; time += 1) {
    server.open();
    server.lose();
    server.clock.advance(60_000);
  }
}

const ignore = () => {};

describe("an `error` listener of the DOM that is no longer there keeps no error from the console", () => {
  test.each<[string, (source: EventSource) => void, number]>([
    [
      "an attribute that was set to null",
      (source) => {
        source.onerror = ignore;
        source.onerror = null;
      },
      3,
    ],
    [
      "removed",
      (source) => {
        source.addEventListener("error", ignore);
        source.removeEventListener("error", ignore);
      },
      3,
    ],
    [
      "removed while it captures",
      (source) => {
        source.addEventListener("error", ignore, true);
        source.removeEventListener("error", ignore);
        source.removeEventListener("error", ignore, { capture: true });
      },
      3,
    ],
    [
      "aborted",
      (source) => {
        const controller = new AbortController();
        source.addEventListener("error", ignore, { signal: controller.signal });
        controller.abort();
      },
      3,
    ],
    ["aborted before", (source) => source.addEventListener("error", ignore, { signal: AbortSignal.abort() }), 3],
    ["called once", (source) => source.addEventListener("error", ignore, { once: true }), 2],
    ["an object, called once", (source) => source.addEventListener("error", { handleEvent: ignore }, { once: true }), 2],
    ["still there", (source) => source.addEventListener("error", ignore), 0],
    [
      "there twice, and removed once",
      (source) => {
        source.addEventListener("error", ignore);
        source.addEventListener("error", ignore, true);
        source.removeEventListener("error", ignore);
      },
      0,
    ],
  ])("%s", (_, listen, reports) => {
    const source = open();
    listen(source);
    lose(3);
    expect(server.clock.reports).toHaveLength(reports);
    source.close();
  });
});

test("a listener with `once` has its source as `this`, and is called once", () => {
  const source = open();
  const told: unknown[] = [];
  function listener(this: EventSource, event: MessageEvent<string>) {
    told.push([this === source, event.data]);
  }
  source.addEventListener("price", listener, { once: true });
  source.addEventListener("price", listener, { once: true });
  server.send("price", 1);
  server.send("price", 2);
  expect(told).toEqual([[true, "1"]]);
});

test.each([
  ["first with `once`", { once: true }, undefined, 1],
  ["first without `once`", undefined, { once: true }, 2],
])("a listener that is added twice, %s, is called as it was added first, and can be removed", (_, first, second, calls) => {
  const source = open();
  let count = 0;
  const listener = () => {
    count += 1;
  };
  source.addEventListener("price", listener, first);
  source.addEventListener("price", listener, second);
  server.send("price", 1);
  server.send("price", 2);
  source.removeEventListener("price", listener);
  server.send("price", 3);
  expect(count).toBe(calls);
});

test("a listener with `once` can be added again after its call, and removed", () => {
  const source = open();
  const told: unknown[] = [];
  const listener = ({ data }: MessageEvent<string>) => told.push(data);
  source.addEventListener("price", listener, { once: true });
  server.send("price", 1);
  source.addEventListener("price", listener);
  server.send("price", 2);
  source.removeEventListener("price", listener);
  server.send("price", 3);
  expect(told).toEqual(["1", "2"]);
});

test("signals are released when the source closes", async () => {
  const controller = new AbortController();
  const release = vi.spyOn(controller.signal, "removeEventListener");
  const source = open({ signal: controller.signal });
  source.addEventListener("price", ignore, { signal: controller.signal });
  source.addEventListener("price", () => {}, { signal: controller.signal, once: true });
  source.close();
  await source.closed;
  expect(release).toHaveBeenCalledTimes(3);
});

test("a signal that cannot be released is refused", () => {
  const signal = { aborted: false, addEventListener: ignore } as unknown as AbortSignal;
  expect(() => open({ signal })).toThrow("AbortSignal");
});

test("a terminal event that decodes is delivered after an event that did not decode", async () => {
  const source = open({ terminalEvent: "end" });
  const told: unknown[] = [];
  source.onError(({ code }) => told.push(code));
  source.on("price", ignore);
  source.on("end", ({ data }) => told.push(data));
  server.sendText("price", "{");
  server.send("end", 7);
  expect(await source.closed).toEqual({ type: "finished" });
  expect(told).toEqual(["decode", 7]);
});

test("an error that an iteration throws does not go to the console", async () => {
  const source = open();
  const events = source.events("price");
  server.fail(404);
  await expect(events.next()).rejects.toMatchObject({ code: "status" });
  await source.closed;
  expect(server.clock.reports).toEqual([]);
});

test("a parser may throw, and a schema may answer, what cannot be made a string", () => {
  const thrown = Object.create(null);
  const source = open({
    parse: (data) => {
      if (data === "parse") throw thrown;
    },
    schemas: { price: { "~standard": { version: 1, vendor: "", validate: () => ({ issues: [{ message: thrown }] }) } } },
  });
  const codes: string[] = [];
  source.onError(({ code }) => codes.push(code));
  source.on("price", ignore);
  server.sendText("price", "parse");
  server.sendText("price", "validate");
  expect([codes, source.state.type]).toEqual([["decode", "internal"], "open"]);
});

test("a name that no server can send is refused", () => {
  const source = open();
  for (const name of ["\ud83d", "a\ude00b"]) expect(() => source.on(name, ignore)).toThrow("invalid event name");
  source.on("\ud83d\ude00", ignore);
  expect(server.listenedNames).toEqual(["\ud83d\ude00"]);
});

test("a name is released with its last listener of any kind", () => {
  const source = open();
  const controller = new AbortController();
  for (let number = 0; number < 100; number += 1) {
    source.addEventListener(`removed ${number}`, ignore);
    source.removeEventListener(`removed ${number}`, ignore);
    source.addEventListener(`once ${number}`, ignore, { once: true });
    server.send(`once ${number}`, number);
    source.addEventListener(`aborted ${number}`, ignore, { signal: controller.signal });
    source.on(`undone ${number}`, ignore)();
  }
  controller.abort();
  expect(server.listenedNames).toEqual([]);
  const undo = source.on("both", ignore);
  source.addEventListener("both", ignore);
  source.removeEventListener("both", ignore);
  expect(server.listenedNames).toEqual(["both"]);
  undo();
  expect(server.listenedNames).toEqual([]);
});

test("events that arrive during an event are told after all listeners of that event", () => {
  const source = open();
  const told: string[] = [];
  source.on("a", () => {
    told.push("a1 begins");
    server.send("b", 1);
    expect(source.lastEventId).toBe("");
    server.sendWithId("b", "2", "7");
    told.push("a1 ends");
  });
  source.on("a", () => told.push("a2"));
  source.on("b", ({ data }) => told.push(`b${data} ${source.lastEventId}`));
  server.send("a", 1);
  expect(told).toEqual(["a1 begins", "a1 ends", "a2", "b1 ", "b2 7"]);
});

test("events that arrive during an event are told to the listeners that exist after that event", () => {
  const source = open();
  const told: unknown[] = [];
  const undo = source.on("b", () => told.push("undone"));
  source.on("a", () => {
    server.send("b", 1);
    server.send("c", 2);
    undo();
    source.on("b", ({ data }) => told.push(["b", data]));
    source.on("c", ({ data }) => told.push(["c", data]));
  });
  server.send("a", 0);
  expect(told).toEqual([
    ["b", 1],
    ["c", 2],
  ]);
});

test("a source that a callback closes is told nothing of what arrived during the callback", () => {
  const source = open();
  const told: string[] = [];
  source.on("a", () => {
    server.send("a", 2);
    server.lose();
    source.close();
    told.push(source.state.type);
  });
  source.onState(({ type }) => told.push(type));
  source.onError(({ code }) => told.push(code));
  server.send("a", 1);
  expect(told).toEqual(["open", "closed"]);
});

describe("a handler that is assigned to a method", () => {
  test("is called until another one or null is assigned", () => {
    const source = open();
    const told: string[] = [];
    const assign = (handler: unknown) => Object.assign(source, { onError: handler });
    assign(() => told.push("first"));
    assign(() => told.push("second"));
    const undo = source.onError(() => told.push("method"));
    lose(1);
    assign(null);
    lose(1);
    undo();
    lose(1);
    expect(told).toEqual(["second", "method", "method"]);
    expect(server.clock.reports).toHaveLength(1);
  });

  test("works for states and gaps too", () => {
    const source = open();
    const told: unknown[] = [];
    Object.assign(source, {
      onState: ({ type }: { type: string }) => told.push(type),
      onGap: ({ missed }: { missed: number }) => told.push(missed),
    });
    source.on("tick", ignore);
    source.onError(ignore);
    server.sendWithId("tick", "1", "1");
    lose(1);
    server.sendWithId("tick", "4", "4");
    expect(told).toEqual(["open", "waiting", "connecting", "open", 2]);
  });
});

test("a source whose constructor throws leaves no connection", () => {
  const schemas = {
    get message() {
      throw new Error("no schema");
    },
  };
  const init = { transport: "fetch", schemas, terminalData: "[DONE]" } as unknown as EventSourceInit;
  expect(() => new EventSource("/prices", init)).toThrow("no schema");
  const signal = {
    aborted: false,
    addEventListener: () => {
      throw new Error("no signal");
    },
    removeEventListener: () => {},
  };
  expect(() => new EventSource("/prices", { signal: signal as unknown as AbortSignal })).toThrow("no signal");
  expect(server.connections).toBe(0);
});
