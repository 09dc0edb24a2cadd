// Odd responses of `fetch`, and the ids of events in a response.

import { EventSource } from "typed-eventsource";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";

afterEach(() => vi.unstubAllGlobals());

const URL = "http://prices.test/";

describe("over fetch", () => {
  const rejections: unknown[] = [];
  const note = (reason: unknown) => rejections.push(reason);
  beforeEach(() => {
    rejections.length = 0;
    process.on("unhandledRejection", note);
  });
  afterEach(() => {
    process.off("unhandledRejection", note);
  });

  const headers = new Headers({ "content-type": "text/event-stream" });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["a plain object", { status: 200, ok: true, body: null }],
    ["an object of another status", { status: 500 }],
    ["a body that is no stream", { status: 200, headers, body: {}, url: URL }],
    ["a body of texts", { status: 200, headers, body: new ReadableStream({ start: (body) => body.enqueue("data: 1\n\n") }), url: URL }],
    ["a URL that is none", { status: 200, headers, body: null, url: "?" }],
  ])("%s for a response closes the source with an error that says so", async (_, response) => {
    vi.stubGlobal("fetch", async () => response);
    const source = new EventSource(URL, { transport: "fetch", policy: "resilient" });
    const errors: string[] = [];
    source.onError(({ code }) => errors.push(code));
    const reason = await source.closed;
    expect(reason).toMatchObject({ type: "policy", error: { code: "internal", attempt: 1 } });
    expect([errors, source.readyState, rejections]).toEqual([["internal"], EventSource.CLOSED, []]);
  });

  test("a body that breaks off is a lost connection", async () => {
    const body = new ReadableStream({ pull: (body) => body.error(new TypeError("cut")) });
    vi.stubGlobal("fetch", async () => new Response(body, { headers }));
    const source = new EventSource(URL, { transport: "fetch", policy: "close-on-error" });
    source.onError(() => {});
    expect(await source.closed).toMatchObject({ error: { code: "connection-lost", url: URL } });
  });

  test.each([0, 1, 99])("a response of status %i, which is no status of HTTP, closes the source", async (status) => {
    vi.stubGlobal("fetch", async () => ({ status, headers: new Headers(), body: null, url: "" }));
    const source = new EventSource(URL, { transport: "fetch" });
    source.onError(() => {});
    expect(await source.closed).toMatchObject({ type: "policy", error: { code: "status", status } });
  });

  test.each<[string, string, number | undefined]>([
    ["a comment", ":\n\n", undefined],
    ["an event that nobody hears", "event: unheard\ndata: 0\n\n", undefined],
    ["an event without data", "event: message\n\n", undefined],
    ["a field that nobody knows", "unknown: field\n", undefined],
    ["a reconnection time", "retry: 1000\n", undefined],
    ["the end of a line", "\n", undefined],
    ["a line of an event", "data: half\n", undefined],
    ["a line of an event, with deduplication too,", "data: half\n", 5],
    ["a single byte", "d", undefined],
  ])("%s is a sign of life", async (_, text, deduplicate) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const encoder = new TextEncoder();
    const state = new Promise((resolve) => {
      // Each chunk comes once all chunks before it are read.
      const steps: ((body: ReadableStreamDefaultController) => void)[] = [
        (body) => body.enqueue(encoder.encode("event: first\ndata: 0\n\n")),
        (body) => {
          vi.advanceTimersByTime(60);
          body.enqueue(encoder.encode(text));
        },
        () => {
          vi.advanceTimersByTime(60);
          resolve(source.state.type);
        },
      ];
      const body = new ReadableStream({ pull: (body) => steps.shift()?.(body) }, { highWaterMark: 0 });
      vi.stubGlobal("fetch", async () => new Response(body, { headers }));
    });
    const policy = { idle: { after: 100, then: "close" } } as const;
    // Sources of one URL would open at a bounded rate.
    const source = new EventSource(`${URL}?${encodeURIComponent(text)}`, { transport: "fetch", deduplicate, policy });
    source.onError(() => {});
    source.on("first", () => {});
    source.on("message", () => {});
    expect(await state).toBe("open");
    vi.advanceTimersByTime(100);
    expect(source.state.type).toBe("closed");
  });

  test("an id without an event is a sign of life and changes the position, with deduplication", async () => {
    const texts = ["id: 1\ndata: 1\n\n", "id: 2\n\n", "data: 3\n\n"].map((text) => new TextEncoder().encode(text));
    const body = new ReadableStream({
      async pull(body) {
        await new Promise((resolve) => setTimeout(resolve));
        const text = texts.shift();
        if (text) body.enqueue(text);
        else body.close();
      },
    });
    vi.stubGlobal("fetch", async () => new Response(body, { headers }));
    const source = new EventSource(URL, { transport: "fetch", deduplicate: 5, policy: "close-on-error" });
    const told: unknown[] = [];
    source.onError(() => {});
    source.on("message", ({ data, lastEventId }) => told.push([data, lastEventId]));
    await source.closed;
    expect(told).toEqual([
      [1, "1"],
      [3, "2"],
    ]);
  });

  test("events of a chunk have their own ids and data, even if these are long", async () => {
    const text = Array.from({ length: 3 }, (_, id) => `id: a rather long id ${id}\ndata: a rather long text ${id}\n\ndata: again\n\n`);
    vi.stubGlobal("fetch", async () => new Response(text.join(""), { headers }));
    const source = new EventSource(URL, { transport: "fetch", parse: "text", policy: "close-on-error" });
    const told: unknown[] = [];
    source.onError(() => {});
    source.on("message", ({ data, lastEventId }) => told.push([data, lastEventId, source.lastEventId]));
    await source.closed;
    const expected = [0, 1, 2].flatMap((id) => {
      const ids = [`a rather long id ${id}`, `a rather long id ${id}`];
      return [
        [`a rather long text ${id}`, ...ids],
        ["again", ...ids],
      ];
    });
    expect(told).toEqual(expected);
  });
});
