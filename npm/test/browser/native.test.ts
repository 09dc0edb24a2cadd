// The browser transport in a browser: messages of the browser's own source, losses of the network, and exceptions of listeners.

import type { EventSourceInit } from "typed-eventsource";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { TRANSPORTS, ignore, open, play, release, until } from "../support/streams.ts";

// Reading a property of a message costs a browser as much as parsing its data. The id is read for every event, since an event that a
// user keeps has to have its id.
test("the data and the id of a message are read once, and the origin once for each response", async () => {
  const source = open(await play({ steps: [{ send: "id: 1\ndata: 1\n\nid: 2\ndata: 2\n\n" }, "silence"] }));
  const asked = (["data", "lastEventId", "origin"] as const).map((name) => vi.spyOn(MessageEvent.prototype, name, "get"));
  onTestFinished(() => asked.forEach((spy) => spy.mockRestore()));
  const told: unknown[] = [];
  await new Promise<void>((resolve) => source.on("message", (event) => told.push(event) === 2 && resolve()));
  const { origin } = new URL(source.url);
  expect(told).toStrictEqual([1, 2].map((n) => ({ type: "message", data: n, lastEventId: `${n}`, origin })));
  // Vitest has messages too.
  const isOurs = (message: unknown) => (message as MessageEvent).target instanceof globalThis.EventSource;
  expect(asked.map((spy) => spy.mock.contexts.filter(isOurs).length)).toEqual([2, 2, 1]);
});

test("the listener on the browser's source is removed with the last listener of its name", async () => {
  const remove = vi.spyOn(EventTarget.prototype, "removeEventListener");
  onTestFinished(() => remove.mockRestore());
  const url = await play({ steps: [{ send: "data: 1\n\n" }, "silence"] });
  const source = open(url);
  for await (const _ of source.events("message")) break;
  const removed = remove.mock.contexts.flatMap((context, call) => {
    return context instanceof globalThis.EventSource ? [remove.mock.calls[call]?.[0]] : [];
  });
  expect(removed).toEqual(["message"]);
});

describe.each(TRANSPORTS)("over %s", (transport) => {
  const openOver = (url: string, init?: Partial<EventSourceInit>) => open(url, { transport, ...init } as Partial<EventSourceInit>);

  test("a connection is replaced when the browser says that the network is back", async () => {
    const source = openOver(await play({ steps: [{ send: ":\n" }, "silence"] }), { policy: { reopenOnWake: true } });
    const opened = () => new Promise((resolve) => (source.onopen = resolve));
    await opened();
    const told: string[] = [];
    source.onError(({ code }) => told.push(code));
    source.onState(({ type }) => told.push(type));
    const again = opened();
    dispatchEvent(new Event("online"));
    await again;
    source.close();
    dispatchEvent(new Event("online"));
    await source.closed;
    expect(told).toEqual(["suspended", "waiting", "connecting", "open", "closed"]);
  });

  // The test server runs on this machine.
  test("a server on the same machine can be reached without a network", async () => {
    const url = await play({ before: ["wait"], status: 500 }, { steps: [{ send: ":\n" }, "silence"] });
    const source = openOver(url, { policy: { givenUp: "reopen", backoff: { initial: 10, jitter: false } } });
    source.onError(ignore);
    const states: string[] = [];
    const opened = new Promise<void>((resolve) => {
      source.onState(({ type }) => {
        states.push(type);
        if (type === "open") resolve();
      });
    });
    dispatchEvent(new Event("offline"));
    await release(url);
    await opened;
    expect(states).toEqual(["waiting", "connecting", "open"]);
  });

  test("an exception of a listener is reported, and other listeners are called", async () => {
    const reported: string[] = [];
    const note = (event: ErrorEvent) => {
      // Without this Vitest would count the exception as a failure.
      event.preventDefault();
      event.stopImmediatePropagation();
      reported.push((event.error as Error).message);
    };
    addEventListener("error", note, { capture: true });
    onTestFinished(() => removeEventListener("error", note, { capture: true }));
    const source = openOver(await play({ steps: [{ send: "data: 1\n\ndata: 2\n\n" }, "silence"] }));
    source.on("message", ({ data }) => {
      throw new Error(`typed ${data}`);
    });
    const told: unknown[] = [];
    source.on("message", ({ data }) => told.push(data));
    await until(() => told.length === 2);
    expect(told).toEqual([1, 2]);
    expect(reported).toEqual(["typed 1", "typed 2"]);
  });
});
