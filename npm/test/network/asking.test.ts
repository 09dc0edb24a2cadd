// The function `request` and one's own `fetch`, before a real server.

import type { Attempt as AttemptToMake, AttemptRequest, EventSourceInit, FetchInit } from "typed-eventsource";
import { describe, expect, test, vi } from "vitest";
import { ORIGIN, SECOND_ORIGIN, TRANSPORTS, ignore, next, open, play, put, seen, until } from "../support/streams.ts";

const ending = (text: string) => ({ steps: [{ send: text }, "end" as const] });
const silent = (text: string) => ({ steps: [{ send: text }, "silence" as const] });

const policy = { reconnectionTime: 10 };

/** Opens a source over `fetch`, whose errors are expected. */
function openFetch(url: string, init: Partial<FetchInit>) {
  const source = open(url, { transport: "fetch", policy, ...init });
  source.onError(ignore);
  return source;
}

describe.each(TRANSPORTS)("over %s", (transport) => {
  test("each attempt asks the URL that the function answers with", async () => {
    const urls = [await play(ending("id: 1\ndata: 1\n\n")), await play(ending("id: 2\ndata: 2\n\n")), await play(silent("data: 3\n\n"))];
    const ids: string[] = [];
    const request = async ({ number, lastEventId }: AttemptToMake) => {
      ids.push(lastEventId);
      return { url: `${urls[number - 1]}?number=${number}` };
    };
    const source = open(`${ORIGIN}/streams/never`, { transport, request, policy, resumeParameter: "after" } as EventSourceInit);
    source.onError(ignore);
    const received: unknown[] = [];
    source.on("message", ({ data }) => received.push(data));
    await until(() => received.length === 3);
    source.close();
    expect([received, ids]).toEqual([
      [1, 2, 3],
      ["", "1", "2"],
    ]);
    const attempts = await Promise.all(urls.map((url) => seen(url, { attempts: 1 })));
    const queries = attempts.map(([attempt, ...others]) => [attempt?.path.replace(/.*\?/, ""), others.length]);
    expect(queries).toEqual([
      ["number=1", 0],
      ["number=2&after=1", 0],
      ["number=3&after=2", 0],
    ]);
  });

  test("a function that fails is asked again, and nothing was sent", async () => {
    const url = await play(silent("data: 1\n\n"));
    const request = ({ number }: AttemptToMake) => (number === 1 ? Promise.reject(new Error("no ticket")) : {});
    const source = open(url, { transport, request, policy } as EventSourceInit);
    const codes: string[] = [];
    source.onError(({ code }) => codes.push(code));
    expect(await next(source)).toMatchObject({ data: 1 });
    expect([codes, (await seen(url, {})).length]).toEqual([["request"], 1]);
  });
});

test("a source posts once and goes on by GET after the last event", async () => {
  const url = await play(ending("retry: 10\nid: 7\ndata: 1\n\n"));
  const resumed = await play(ending("id: 8\ndata: 2\n\n"), silent("data: 3\n\n"));
  const source = openFetch(url, {
    method: "POST",
    body: "why?",
    headers: { "Content-Type": "text/plain" },
    request: ({ number }) => (number === 1 ? {} : { method: "GET", url: resumed }),
  });
  const received: unknown[] = [];
  source.on("message", ({ data }) => received.push(data));
  await until(() => received.length === 3);
  source.close();
  const attempts = [...(await seen(url, {})), ...(await seen(resumed, {}))];
  expect(attempts.map(({ method, headers, body }) => [method, headers["last-event-id"], body])).toEqual([
    ["POST", undefined, "why?"],
    ["GET", "7", ""],
    ["GET", "8", ""],
  ]);
});

test("a POST is not sent again, however the function answers", async () => {
  const url = await play(ending("data: 1\n\n"));
  const request = vi.fn(() => ({}));
  const policy = { preset: "resilient", backoff: { initial: 10 } } as const;
  const source = openFetch(url, { method: "POST", body: "why?", request, policy, terminalEvent: "bye" });
  expect(await source.closed).toMatchObject({ error: { code: "connection-lost", attempt: 1 } });
  expect([request.mock.calls.length, (await seen(url, {})).length]).toEqual([2, 1]);
});

test("`Authorization` that the function answers with does not reach another origin behind a redirect", async () => {
  const target = `${SECOND_ORIGIN}/streams/${crypto.randomUUID()}`;
  await put(target, [{ cors: "any", ...silent("data: 1\n\n") }]);
  const url = await play({ status: 307, headers: [["location", target]] });
  const answer: AttemptRequest = { headers: { Authorization: "Bearer secret" } };
  const source = openFetch(url, { request: () => answer });
  expect(await next(source)).toMatchObject({ data: 1 });
  source.close();
  const sent = [...(await seen(url, {})), ...(await seen(target, {}))];
  expect(sent.map(({ headers }) => headers.authorization)).toEqual(["Bearer secret", undefined]);
});

describe("one's own `fetch`", () => {
  type Own = NonNullable<FetchInit["fetch"]>;

  test("is called for each attempt as the platform's is", async () => {
    const url = await play(ending("id: é\ndata: 1\n\n"), silent("data: 2\n\n"));
    const thises: unknown[] = [];
    const own = vi.fn(function (this: unknown, ...[url, init]: Parameters<Own>) {
      thises.push(this);
      return fetch(url, init);
    });
    const source = openFetch(url, { fetch: own, headers: { "X-One": "1" }, credentials: "omit" });
    const received: unknown[] = [];
    source.on("message", ({ data }) => received.push(data));
    await until(() => received.length === 2);
    source.close();
    const [[calledUrl, init], [, again]] = own.mock.calls as [Parameters<Own>, Parameters<Own>];
    expect([calledUrl, thises]).toEqual([url, [undefined, undefined]]);
    expect(init.signal).toBeInstanceOf(AbortSignal);
    expect({ ...init, signal: 0 }).toEqual({
      method: "GET",
      headers: { accept: "text/event-stream", "x-one": "1" },
      mode: "cors",
      cache: "no-store",
      credentials: "omit",
      signal: 0,
    });
    expect(again.headers).toEqual({ accept: "text/event-stream", "last-event-id": "\u00c3\u00a9", "x-one": "1" });
    const sent = await seen(url, {});
    expect(sent.map(({ headers }) => headers["x-one"])).toEqual(["1", "1"]);
  });

  test("may be a wrapper that adds headers to those it is given", async () => {
    const url = await play(silent("data: 1\n\n"));
    const own: Own = (url, init) => fetch(url, { ...init, headers: { ...init.headers, Authorization: "Bearer 1" } });
    const source = openFetch(url, { fetch: own, method: "POST", body: "why?", headers: { "Content-Type": "text/plain" } });
    await next(source);
    const [{ method, headers, body } = {} as never] = await seen(url, {});
    const sent = [method, body, headers.authorization, headers["content-type"], headers.accept];
    expect(sent).toEqual(["POST", "why?", "Bearer 1", "text/plain", "text/event-stream"]);
  });

  test("may refresh a token and ask again, and the source sees the last answer", async () => {
    const url = await play({ status: 401, cors: "any" }, silent("data: 1\n\n"));
    let token = 1;
    const own: Own = async (url, init) => {
      const ask = () => fetch(url, { ...init, headers: { ...init.headers, Authorization: `Bearer ${token}` } });
      const response = await ask();
      if (response.status !== 401) return response;
      token += 1;
      return ask();
    };
    const source = openFetch(url, { fetch: own });
    expect(await next(source)).toMatchObject({ data: 1 });
    expect((await seen(url, {})).map(({ headers }) => headers.authorization)).toEqual(["Bearer 1", "Bearer 2"]);
  });

  test("may answer without a network, with a stream in which the source finds events", async () => {
    const answers = ["retry: 10\ndata: 1\n\n", "data: 2\n\n"].map(
      (text) => () => Promise.resolve(new Response(text, { headers: { "Content-Type": "text/event-stream" } })),
    );
    const own = vi.fn(() => (answers.shift() ?? (() => Promise.resolve(new Response(null, { status: 204 }))))());
    const source = openFetch("http://feed.invalid/prices", { fetch: own });
    const received: unknown[] = [];
    source.on("message", ({ data }) => received.push(data));
    expect(await source.closed).toEqual({ type: "finished" });
    expect([received, own.mock.calls.length]).toEqual([[1, 2], 3]);
  });

  test.each<[string, Own, string]>([
    ["is rejected", () => Promise.reject(new Error("offline")), "connection-lost"],
    [
      "throws",
      () => {
        throw new Error("offline");
      },
      "connection-lost",
    ],
    ["answers with something else", () => Promise.resolve("data: 1\n\n" as never), "internal"],
    ["refuses", () => Promise.resolve(new Response("", { status: 403 })), "status"],
  ])("that %s is an error", async (_, own, code) => {
    const fetched = vi.fn(own);
    const source = openFetch("http://feed.invalid/prices", { fetch: fetched, policy: "close-on-error" });
    expect(await source.closed).toMatchObject({ error: { code } });
    expect(fetched).toHaveBeenCalledOnce();
  });

  test("is aborted by the signal when the source closes", async () => {
    let signal: AbortSignal | null | undefined;
    const source = openFetch("http://feed.invalid/prices", { fetch: (_, init) => ((signal = init.signal), new Promise(ignore)) });
    await until(() => signal);
    expect(signal?.aborted).toBe(false);
    source.close();
    expect(signal?.aborted).toBe(true);
  });

  test("makes the requests that the function `request` answers with", async () => {
    const url = await play(silent("data: 1\n\n"));
    const own = vi.fn<Own>((url, init) => fetch(url, init));
    const request = () => ({ url: `${url}?ticket=1`, headers: { "X-One": "1" } });
    await next(openFetch(`${ORIGIN}/streams/never`, { fetch: own, request }));
    expect(own.mock.calls).toMatchObject([[`${url}?ticket=1`, { headers: { "x-one": "1" } }]]);
  });

  test("of a source of another origin is not called to find out why a request had no answer, unless it is asked to", async () => {
    const url = `${SECOND_ORIGIN}/streams/${crypto.randomUUID()}`;
    for (const [diagnose, count] of [
      [undefined, 1],
      ["origin" in globalThis || undefined, "origin" in globalThis ? 2 : 1],
    ] as const) {
      const own = vi.fn<Own>(() => Promise.reject(new TypeError("Failed to fetch")));
      const source = openFetch(`${url}?${diagnose}`, { fetch: own, diagnose, policy: "close-on-error" });
      expect(await source.closed).toMatchObject({ error: { code: "connection-lost" } });
      expect(own).toHaveBeenCalledTimes(count);
    }
  });
});
