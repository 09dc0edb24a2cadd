// The life of a source before a real server, over each transport of this environment.

import type { EventSource, EventSourceInit } from "typed-eventsource";
import { FakeServer } from "typed-eventsource/testing";
import { afterEach, describe, expect, test, vi } from "vitest";
import * as streams from "../support/streams.ts";
import { ORIGIN, TRANSPORTS, ignore, next, play, release, seen, until } from "../support/streams.ts";

afterEach(() => vi.restoreAllMocks());

describe.each(TRANSPORTS)("over %s", (transport) => {
  const open = (url: string | URL, init?: Partial<EventSourceInit>) => {
    return streams.open(url, { transport, ...init } as Partial<EventSourceInit>);
  };

  test("events arrive parsed until their listener is removed", async () => {
    const first = { send: 'id: 7\nevent: price\ndata: {"price":\ndata: 1.5}\n\n' };
    const url = await play({ steps: ["wait", first, { send: "event: price\ndata: 2\n\nevent: done\ndata: null\n\n" }, "silence"] });
    const source = open(new URL(url));
    const told: unknown[] = [];
    const undo = source.on("price", ({ type, data, lastEventId, origin }) => {
      told.push({ type, data, lastEventId, origin });
      undo();
      undo();
    });
    const done = next(source, "done");
    await release(url);
    await done;
    expect(told).toEqual([{ type: "price", data: { price: 1.5 }, lastEventId: "7", origin: ORIGIN }]);
    expect(source.lastEventId).toBe("7");
  });

  const controller = new AbortController();
  const message = "data: 1\n\n";
  const dispose: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");

  test.each<[string, string, string, Partial<EventSourceInit>, (source: EventSource) => void]>([
    ["a terminal event", "finished", "event: bye\ndata: 0\n\n", { terminalEvent: "bye" }, ignore],
    ["terminal data", "finished", "data: [DONE]\n\n", { terminalData: "[DONE]" }, ignore],
    ["a failure event", "policy", "event: error\ndata: 0\n\n", { failureEvent: "error" }, ignore],
    ["`close`", "requested", message, {}, (source) => source.close()],
    ["the end of a `using` block", "requested", message, {}, (source) => source[dispose]()],
    ["a signal", "aborted", message, { signal: controller.signal }, () => controller.abort()],
  ])("%s ends the source, and its connection", async (_, type, send, options, end) => {
    const url = await play({ steps: [{ send }, "silence"] });
    const source = open(url, { policy: { closeAfterLosses: 1 }, ...options });
    source.onError(ignore);
    source.addEventListener("message", () => end(source));
    expect(await source.closed).toMatchObject({ type });
    const attempts = await seen(url, { closed: 1 });
    expect(attempts.map(({ closed_by }) => closed_by)).toEqual(["client"]);
  });

  test.each(["ftp://127.0.0.1/", "about:blank", "mailto:a@b.test", "javascript:alert(1)"])(
    "a URL whose scheme cannot be fetched closes the source: %s",
    async (url) => {
      const source = open(url, { policy: "resilient" });
      source.onError(ignore);
      const message = expect.stringMatching(/invalid request: \w+: URLs cannot be fetched/);
      expect(await source.closed).toMatchObject({ type: "policy", error: { code: "invalid-request", url, message } });
    },
  );

  test("no request is made with a signal that is aborted already", async () => {
    const url = await play({ steps: ["silence"] });
    const source = open(url, { signal: AbortSignal.abort("too late") });
    expect(source.state.type).toBe("closed");
    expect(await source.closed).toEqual({ type: "aborted", reason: "too late" });
    expect(await seen(url, {})).toEqual([]);
  });

  test("status 204 closes the source", async () => {
    const source = open(await play({ status: 204 }));
    source.onError(ignore);
    const expected = transport === "fetch" ? { type: "finished" } : { type: "policy", error: { code: "given-up" } };
    expect(await source.closed).toMatchObject(expected);
  });

  // Anthropic, Replicate and others name an event `error`.
  test("events that the server names `open` and `error` can be listened to", async () => {
    const url = await play(
      { steps: [{ send: "retry: 10\nevent: error\ndata: 1\n\nevent: open\ndata: 2\n\n" }, "end"] },
      { steps: [{ send: "event: error\ndata: 3\n\n" }, "silence"] },
    );
    const validate = (value: unknown) => ({ value: Number(value) * 10 });
    const source = open(url, { schemas: { error: { "~standard": { version: 1, vendor: "here", validate } } } });
    const told: string[] = [];
    source.on("open", ({ data }) => told.push(`open ${data}`));
    source.on("error", ({ data }) => told.push(`error ${data}`));
    source.onError(({ code }) => told.push(code));
    source.addEventListener("error", (event: Event) => told.push(event instanceof MessageEvent ? `DOM ${event.data}` : "DOM"));
    const iterated: unknown[] = [];
    for await (const { type, data } of source.events("error", "open")) if (iterated.push([type, data]) === 3) break;
    expect(told).toEqual(["DOM 1", "error 10", "open 2", "DOM", "connection-lost", "DOM 3", "error 30"]);
    expect(iterated).toEqual([
      ["error", 10],
      ["open", 2],
      ["error", 30],
    ]);
  });

  test("`lastEventId` is the id of the event that is being told, not of one that follows in the chunk", async () => {
    const send = "id: a\ndata: 1\n\nid: b\nevent: unheard\ndata: 2\n\nid: c\ndata: 3\n\ndata: 4\n\nid: e\ndata: 5\n\n";
    const url = await play({ steps: ["wait", { send }, "silence"] });
    const source = open(url);
    const told: string[] = [];
    source.on("message", ({ data, lastEventId }) => {
      told.push(`${data} ${lastEventId} ${source.lastEventId}`);
      if (data === 4) source.close();
    });
    await release(url);
    await source.closed;
    expect([...told, source.lastEventId]).toEqual(["1 a a", "3 c c", "4 c c", "c"]);
  });

  test("ids are read whole wherever a chunk is cut", async () => {
    // Some events have an id field, some follow one with the same id, and some ids come with events that nobody listens to.
    const text = "id: 1\ndata: 1\n\ndata: a\n\nid: 2\nevent: x\ndata: é\n\nid: 3\ndata: 3\ndata: é\n\ndata: b\n\n";
    const again = "id: 3\ndata: again\n\nid: 4\nevent: x\ndata: x\n\nid: 5\ndata: 5\n\n";
    const bytes = (text: string) => {
      return [...streams.bytesOf(text)].flatMap((byte) => [{ send_base64: streams.base64(new Uint8Array([byte])) }, { pause: 1 }]);
    };
    const url = await play(
      { steps: [{ send: "retry: 1\n\n" }, ...bytes(text)] },
      { steps: [...bytes(again), { send: "event: bye\ndata: 0\n\n" }, "silence"] },
    );
    const source = open(url, { deduplicate: 9, terminalEvent: "bye", parse: "text" });
    const told: unknown[] = [];
    source.onError(ignore);
    source.onGap((gap) => told.push(gap));
    source.on("message", ({ data }) => told.push(data));
    if (transport === "browser") source.on("x", ignore);
    await source.closed;
    expect(told).toEqual(["1", "a", "3\né", "b", "5"]);
  });

  test.each([
    ["nothing, where somebody listens,", ignore],
    ["an error that nobody hears", undefined],
  ])("%s goes to the console", async (_, listener) => {
    const report = vi.spyOn(console, "error").mockImplementation(ignore);
    const source = open(await play({ steps: [{ send: "data: {\n\nevent: bye\ndata: 0\n\n" }, "silence"] }), { terminalEvent: "bye" });
    if (listener) source.onError(listener);
    source.on("message", ignore);
    await source.closed;
    expect(report.mock.calls).toEqual(listener ? [] : [["typed-eventsource:", expect.objectContaining({ code: "decode" })]]);
  });

  test("the promises of the DOM's listeners settle between two events", async () => {
    const url = await play({ steps: ["wait", { send: "data: 1\n\ndata: 2\n\n" }, "silence"] });
    const [a, b] = [open(url, { shared: true }), open(url, { shared: true })];
    const told: string[] = [];
    a.addEventListener("message", async ({ data }) => {
      told.push(`a ${data}`);
      for (let step = 0; step < 10; step += 1) await undefined;
      told.push(`a ${data} settled`);
    });
    b.on("message", ({ data }) => told.push(`b ${data}`));
    await release(url);
    await until(() => told.length === 6);
    expect(told).toEqual(["a 1", "b 1", "a 1 settled", "a 2", "b 2", "a 2 settled"]);
  });

  test("a fake server stands in for the network until it is closed", async () => {
    const url = await play({ steps: [{ send: "data: 2\n\n" }, "silence"] });
    const listen = () => {
      const source = open(url, { policy: "resilient" });
      const told: unknown[] = [];
      source.addEventListener("message", ({ data, origin }) => told.push(`DOM ${data} ${origin}`));
      source.on("message", ({ data }) => told.push(data));
      source.onError(({ code }) => told.push(code));
      return { source, told };
    };
    const server = new FakeServer();
    const fake = listen();
    server.send("message", 1);
    server.fail(503);
    expect(fake.source.state).toEqual({ type: "waiting", attempt: 1, retryIn: 1000 });
    server.clock.advance(1000);
    server.open();
    server.close();
    expect(await seen(url, {})).toEqual([]);
    const real = listen();
    await until(() => real.told.includes(2));
    server.send("message", 3);
    expect(fake.told).toEqual(["DOM 1 fake:", 1, transport === "fetch" ? "status" : "given-up", "DOM 3 fake:", 3]);
    expect(real.told).toEqual([`DOM 2 ${ORIGIN}`, 2]);
    expect(server.attempts.map(({ url }) => url)).toEqual([url, url]);
  });
});
