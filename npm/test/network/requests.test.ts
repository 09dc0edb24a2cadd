// What a request has, and the position that a source continues from.

import { EventSource, type EventSourceInit, type FetchInit } from "typed-eventsource";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import * as streams from "../support/streams.ts";
import { TRANSPORTS, ignore, next, play, seen, seenFirst, until } from "../support/streams.ts";

const open = (url: string, init?: Partial<FetchInit>) => streams.open(url, { transport: "fetch", ...init });

const bye = { steps: [{ send: "event: bye\ndata: 0\n\n" }] };
const silent = { steps: ["silence" as const] };

const HEADERS = { "X-One": "1" };

test.each<[string, HeadersInit, string]>([
  ["an object", HEADERS, "1 text/event-stream"],
  ["pairs", [["X-One", "1"]], "1 text/event-stream"],
  ["`Headers`", new Headers(HEADERS), "1 text/event-stream"],
  ["an object with an `Accept`", { ...HEADERS, Accept: "text/event-stream, */*" }, "1 text/event-stream, */*"],
])("headers may be given as %s, as a value or by a function", async (_, form, expected) => {
  for (const headers of [form, () => form, async () => form]) {
    const url = await play(silent);
    open(url, { headers });
    const { headers: sent } = await seenFirst(url);
    expect(`${sent["x-one"]} ${sent.accept}`).toBe(expected);
  }
});

test("the function for headers is called before each attempt", async () => {
  const url = await play({ steps: [{ send: "retry: 1\nid: 7\ndata: 1\n\n" }] }, bye);
  let token = 0;
  const source = open(url, { headers: async () => ({ Authorization: `Bearer ${++token}` }), terminalEvent: "bye" });
  source.onError(ignore);
  await source.closed;
  const attempts = await seen(url, { attempts: 2 });
  expect(attempts.map(({ headers }) => [headers.authorization, headers["last-event-id"]])).toEqual([
    ["Bearer 1", undefined],
    ["Bearer 2", "7"],
  ]);
});

test("headers of an iterator, which can be read only once, are sent with each attempt", async () => {
  const url = await play({ steps: [{ send: "retry: 1\ndata: 1\n\n" }] }, bye);
  const headers = (function* () {
    yield ["X-One", "1"];
  })() as unknown as HeadersInit;
  const source = open(url, { headers, terminalEvent: "bye" });
  source.onError(ignore);
  await source.closed;
  const attempts = await seen(url, { attempts: 2 });
  expect(attempts.map(({ headers }) => headers["x-one"])).toEqual(["1", "1"]);
});

test("a function for headers that throws makes the attempt fail", async () => {
  const url = await play({ steps: [{ send: "data: 1\n\n" }, "silence"] });
  const exception = new Error("no token");
  const makers = [
    () => {
      throw exception;
    },
    async () => {
      throw exception;
    },
    () => HEADERS,
  ];
  let made = 0;
  const source = open(url, { headers: () => makers[made++](), policy: { reconnectionTime: 10 } });
  const errors: unknown[] = [];
  source.onError((error) => errors.push(error));
  await next(source);
  source.close();
  const error = (attempt: number) => ({ code: "request", attempt, url, cause: exception });
  expect(errors).toEqual([1, 2].map((attempt) => expect.objectContaining(error(attempt))));
  expect(await seen(url, { closed: 1 })).toHaveLength(1);
});

test("a source whose headers never come can be closed", async () => {
  const url = await play(silent);
  let answer: (headers: HeadersInit) => void = ignore;
  const source = open(url, { headers: () => new Promise((resolve) => (answer = resolve)) });
  await until(() => answer !== ignore);
  source.close();
  expect(await source.closed).toEqual({ type: "requested" });
  answer({});
  const slow = open(url, { headers: () => new Promise(() => {}), policy: { opening: { after: 20, then: "close" } } });
  slow.onError(ignore);
  expect(await slow.closed).toMatchObject({ error: { code: "open-timeout" } });
  expect(await seen(url, {})).toEqual([]);
});

test("the function for headers is called after the constructor has returned", async () => {
  const url = await play({ steps: [{ send: "id: 7\ndata: 1\n\n" }, "end"] }, bye);
  const headers = () => ({ "X-Seen": `${source.state.type} [${source.lastEventId}]` });
  const source: EventSource = open(url, { headers, terminalEvent: "bye", policy: { reconnectionTime: 10 } });
  const codes: string[] = [];
  source.onError(({ code }) => codes.push(code));
  await source.closed;
  const attempts = await seen(url, { attempts: 2 });
  expect(attempts.map(({ headers }) => headers["x-seen"])).toEqual(["connecting []", "connecting [7]"]);
  expect(codes).toEqual(["connection-lost"]);
});

test("the function that makes the headers may close the source", async () => {
  const requested: boolean[] = [];
  const real = globalThis.fetch;
  vi.stubGlobal("fetch", (request: RequestInfo, init?: RequestInit) => {
    if (request instanceof Request && request.url === url) requested.push(!request.signal.aborted);
    return real(request, init);
  });
  onTestFinished(() => void vi.unstubAllGlobals());
  const url: string = await play({ steps: ["end"] }, { steps: [{ send: "data: 1\n\n" }, "silence"] });
  let calls = 0;
  const headers = () => {
    calls += 1;
    if (calls === 2) source.close();
    return {};
  };
  const source: EventSource = open(url, { headers, policy: { reconnectionTime: 10 } });
  source.onError(ignore);
  expect(await source.closed).toEqual({ type: "requested" });
  expect([calls, requested, (await seen(url, {})).length]).toEqual([2, [true], 1]);
});

test("a source that is closed at once makes no request", async () => {
  let calls = 0;
  const url = await play(silent);
  const headers = () => {
    calls += 1;
    return {};
  };
  open(url, { headers }).close();
  open(url).close();
  expect([calls, await seen(url, {})]).toEqual([0, []]);
});

test.each<[string, Partial<FetchInit>, string[], (string | undefined)[]]>([
  ["from the beginning", {}, ["", "", ""], [undefined, undefined, "é€", undefined]],
  ["after the id that is given", { lastEventId: "é" }, ["é", "é", ""], ["é", "é", "é€", undefined]],
  [
    "where its headers say",
    { headers: () => ({ "Last-Event-ID": "mine" }), lastEventId: "x" },
    ["x", "x", ""],
    ["mine", "mine", "mine", "mine"],
  ],
])("a source continues %s", async (_, init, ids, sent) => {
  const end = "end" as const;
  const url = await play(
    { steps: [{ send: "data: 1\n\n" }, end] },
    { steps: [{ send: "id: é€\n\n" }, end] },
    { steps: [{ send: "id\n\n" }, end] },
    bye,
  );
  const source = open(url, { terminalEvent: "bye", policy: { reconnectionTime: 10 }, ...init });
  source.onError(ignore);
  const first = next(source);
  const before = source.lastEventId;
  await source.closed;
  expect([before, (await first).lastEventId, source.lastEventId]).toEqual(ids);
  const attempts = await seen(url, { attempts: 4 });
  expect(attempts.map(({ headers }) => headers["last-event-id"])).toEqual(sent);
});

test.each<[string, Record<string, unknown>, string]>([
  ["mode", { mode: "any" }, "any"],
  ["headers", { headers: 7 }, "eaders"],
  ["header", { headers: { "a b": "" } }, "eader"],
  ["header in a shared source", { headers: { "é\n": "" }, shared: true }, "eader"],
  ["cache in a shared source", { cache: 1n, shared: true }, "cache"],
  ["body of a GET", { body: "x" }, "invalid request"],
  ["id", { lastEventId: "a\nb" }, "eader"],
])("a %s that `fetch` does not take is refused at once", (_, options, hint) => {
  const url = "http://127.0.0.1/x";
  let thrown: unknown;
  try {
    new EventSource(url, { transport: "fetch", ...options } as EventSourceInit).close();
  } catch (error) {
    thrown = error;
  }
  const refusal = { name: "EventSourceError", code: "invalid-request", url, message: expect.stringContaining(hint) };
  expect(thrown).toEqual(expect.objectContaining(refusal));
});

test("an event that is too large closes the source", async () => {
  const url = await play({ steps: [{ send: `data: ${"x".repeat(90)}\n\ndata: ${"y".repeat(101)}\n\ndata: 1\n\n` }, "silence"] });
  const source = open(url, { parse: "text", maxEventSize: 100, policy: "resilient" });
  const lengths: number[] = [];
  source.on("message", ({ data }) => lengths.push(String(data).length));
  source.onError(ignore);
  expect(await source.closed).toMatchObject({
    type: "policy",
    error: { code: "event-too-large", limit: 100, message: expect.stringContaining("100 bytes") },
  });
  expect(lengths).toEqual([90]);
  await seen(url, { closed: 1 });
});

test.each<[string, Partial<FetchInit>, object]>([
  ["finishes it", {}, { type: "finished" }],
  ["is a loss where a terminal event is missing", { terminalEvent: "bye" }, { type: "policy", error: { code: "connection-lost" } }],
  ["is a loss where terminal data are missing", { terminalData: "[DONE]" }, { type: "policy", error: { code: "connection-lost" } }],
])("the end of a response to a POST %s", async (_, init, expected) => {
  const url = await play({ steps: [{ send: "data: 1\n\n" }] });
  const source = open(url, { method: "post", body: "x", ...init });
  const shown: unknown[] = [];
  source.addEventListener("error", ({ error }) => shown.push(error));
  source.onError(ignore);
  const reason = await source.closed;
  expect(reason).toMatchObject(expected);
  expect(shown).toEqual([reason.type === "policy" ? reason.error : undefined]);
  expect(await seen(url, { attempts: 1 })).toMatchObject([{ method: "POST", body: "x" }]);
});

describe.each(TRANSPORTS)("over %s", (transport) => {
  const rule = () => ({ type: "reopen", after: 10 }) as const;
  const init = { transport, resumeParameter: "since", terminalEvent: "bye", policy: { rule } } as EventSourceInit;

  test("`resumeParameter` sends the position", async () => {
    const url = await play({ steps: [{ send: "id: a&b\ndata: 1\n\ndata: {\n\n" }, "silence"] }, bye);
    const source = streams.open(`${url}?since=x&other=1`, init);
    source.on("message", ignore);
    source.onError(ignore);
    await source.closed;
    const attempts = await seen(url, { attempts: 2 });
    expect(attempts.map(({ path, headers }) => [path.split("?")[1], headers["last-event-id"]])).toEqual([
      ["since=x&other=1", undefined],
      ["since=a%26b&other=1", undefined],
    ]);
  });

  test("an event without an id leaves the position as it is", async () => {
    const url = await play(
      { steps: [{ send: "id: 7\ndata: {\n\n" }, "silence"] },
      { steps: [{ send: "data: {\n\n" }, "silence"] },
      { steps: [{ send: "event: bye\ndata: 0\n\n" }, "silence"] },
    );
    const source = streams.open(url, init);
    source.on("message", ignore);
    source.onError(ignore);
    await source.closed;
    const attempts = await seen(url, { attempts: 3 });
    expect([source.lastEventId, ...attempts.map(({ path }) => path.split("?")[1])]).toEqual(["7", undefined, "since=7", "since=7"]);
  });
});
