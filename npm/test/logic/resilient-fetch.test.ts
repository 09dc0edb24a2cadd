import { EventSourceError, resilientFetch, type ResilientFetchInit } from "typed-eventsource/resilient-fetch";
import { describe, expect, test, vi } from "vitest";
import { BROKEN, cutFetch, encode, type Answer } from "../support/cut-fetch.ts";

const QUICK = { backoff: { initial: 1 } } as const;

const URL = "http://127.0.0.1/stream";

/** The text of a response that is answered in this way. */
async function read(init: ResilientFetchInit, answers: Answer[], request?: RequestInit) {
  const { fetch, calls } = cutFetch((_, number) => answers[number - 1] ?? { status: 500 });
  const response = await resilientFetch({ ...QUICK, fetch, ...init })(URL, request);
  const text = await response.text().catch((error: unknown) => error);
  return { text, calls };
}

const cut = (text: string, headers?: Record<string, string>): Answer => ({ bytes: encode(text), end: "broken", headers });
const whole = (text: string): Answer => ({ bytes: encode(text) });

const POST = { method: "POST", body: "why?" };

describe("a response that is cut goes on", () => {
  test("from the last id", async () => {
    const { text, calls } = await read({}, [cut("id: é\ndata: 1\n\nid: 2\nda"), whole("id: 2\ndata: 2\n\n")]);
    expect(text).toBe("id: é\ndata: 1\n\nid: 2\ndata: 2\n\n");
    expect(calls[1]?.headers.get("Last-Event-ID")).toBe("Ã©");
  });

  test("without what the server sends again from its start, by the ids", async () => {
    const { text } = await read({}, [
      cut("id: 1\ndata: 1\n\nid: 2\ndata: 2\n\nda"),
      whole("id: 1\ndata: 1\n\nid: 2\ndata: 2\n\ndata: 3\n\n"),
    ]);
    expect(text).toBe("id: 1\ndata: 1\n\nid: 2\ndata: 2\n\ndata: 3\n\n");
  });

  test("without the last event, which the server sends again, and those that follow its id", async () => {
    const start = "id: 1\ndata: 1\n\nid: 2\ndata: 2\n\ndata: a\n\ndata: b\n\n";
    for (const again of ["", "id: 2\ndata: 2\n\n"]) {
      const { text } = await read({}, [cut(start), whole(`${again}data: a\n\ndata: b\n\ndata: c\n\nid: 3\ndata: 3\n\n`)]);
      expect(text).toBe(`${start}data: c\n\nid: 3\ndata: 3\n\n`);
    }
  });

  test("with each event that has another id, also after one without", async () => {
    const { text } = await read({}, [cut("id: 2\ndata: 2\n\ndata: ping\n\n"), whole("id: 3\ndata: 3\n\nid: 2\ndata: again\n\n")]);
    expect(text).toBe("id: 2\ndata: 2\n\ndata: ping\n\nid: 3\ndata: 3\n\nid: 2\ndata: again\n\n");
  });

  test("without as many events as were passed on, if the server sends all again", async () => {
    const answers = [cut("data: 1\n\ndata: 2\n\ndat"), whole(": other\n\ndata: 1\n\ndata: 2\n\ndata: 3\n\n")];
    const { text, calls } = await read({ repeats: "from-start" }, answers);
    expect(text).toBe("data: 1\n\ndata: 2\n\ndata: 3\n\n");
    expect(calls[1]?.headers.has("Last-Event-ID")).toBe(false);
  });

  test("with all that is sent, if the server repeats nothing", async () => {
    const { text } = await read({ repeats: "nothing" }, [cut("id: 1\ndata: 1\n\n"), whole("id: 1\ndata: 2\n\n")]);
    expect(text).toBe("id: 1\ndata: 1\n\nid: 1\ndata: 2\n\n");
  });

  test("also if it is cut again before the place where it was cut", async () => {
    const start = "data: 1\n\ndata: 2\n\n";
    const { text } = await read({ repeats: "from-start" }, [cut(start), cut("data: 1\n\nda"), cut(""), whole(`${start}data: 3\n\n`)]);
    expect(text).toBe(`${start}data: 3\n\n`);
  });

  test("if it is complete but lacks its terminal event, however that is told", async () => {
    const end = "event: done\ndata: [DONE]\n\n";
    for (const init of [
      { terminalEvent: "done" },
      { terminalData: "[DONE]" },
      { isTerminal: ({ data }: { data: string }) => data === "[DONE]" },
    ]) {
      const { text } = await read(init, [whole("id: 1\ndata: 1\n\n"), whole(`data: 2\n\n${end}: bye\n\n`)]);
      expect(text).toBe(`id: 1\ndata: 1\n\ndata: 2\n\n${end}: bye\n\n`);
    }
  });

  test("at each complete end if the user says so, until the server answers 204", async () => {
    const { text, calls } = await read({ endOfBody: "reconnect" }, [whole("data: 1\n\n"), whole("data: 2\n\n"), { status: 204 }]);
    expect(text).toBe("data: 1\n\ndata: 2\n\n");
    expect(calls).toHaveLength(3);
  });

  test("with one POST, by the request that the user's function answers", async () => {
    const request = vi.fn(({ response, firstEvent }) => ({ url: `/runs/${response.headers["x-run"]}/${firstEvent.data}` }));
    const answers = [cut("data: a\n\ndata: b\n\n", { "X-Run": "7" }), cut("data: a\n\n"), whole("data: a\n\ndata: b\n\ndata: c\n\n")];
    const headers = { Authorization: "Bearer t", "Content-Type": "text/plain" };
    const { text, calls } = await read({ request }, answers, { ...POST, headers, credentials: "include" });
    expect(text).toBe("data: a\n\ndata: b\n\ndata: c\n\n");
    expect(calls.map(({ url, init }) => [init.method, url, init.body])).toEqual([
      ["POST", URL, "why?"],
      ["GET", "http://127.0.0.1/runs/7/a", undefined],
      ["GET", "http://127.0.0.1/runs/7/a", undefined],
    ]);
    expect(Object.fromEntries(calls[1]!.headers)).toEqual({ accept: "text/event-stream", authorization: "Bearer t" });
    expect(calls[1]?.init.credentials).toBe("include");
    expect(request.mock.calls[0]?.[0]).toMatchObject({ number: 2, lastEventId: "", events: 2, error: { code: "connection-lost" } });
    expect(request.mock.calls[1]?.[0]).toMatchObject({ number: 3, events: 2 });
  });

  test("at another origin without the headers of the first request", async () => {
    const answers = [cut("id: 1\ndata: a\n\n"), whole("data: b\n\n")];
    const { calls } = await read({ request: () => ({ url: "http://localhost/" }) }, answers, { ...POST, headers: { Authorization: "t" } });
    expect(Object.fromEntries(calls[1]!.headers)).toEqual({ accept: "text/event-stream", "last-event-id": "1" });
  });

  test("if the user's function fails once, or its request is refused with a status that may pass", async () => {
    const request = vi.fn().mockRejectedValueOnce(new Error("no token")).mockReturnValue({});
    const errors: string[] = [];
    const answers = [cut("data: a\n\n"), { status: 503 }, whole("data: a\n\ndata: b\n\n")];
    const { text } = await read({ request, onError: ({ code }) => void errors.push(code) }, answers, POST);
    expect(text).toBe("data: a\n\ndata: b\n\n");
    expect(errors).toEqual(["connection-lost", "request", "status"]);
  });

  test("if it falls silent, by the policy", async () => {
    const answers: Answer[] = [{ bytes: encode("id: 1\ndata: 1\n\nda"), end: "open" }, whole("data: 2\n\n")];
    const { text, calls } = await read({ idle: { after: 20, then: "reopen" } }, answers);
    expect(text).toBe("id: 1\ndata: 1\n\ndata: 2\n\n");
    expect(calls[0]?.isCancelled).toBe(true);
  });
});

describe("the body fails", () => {
  test("at once, if the user's function answers with a URL that is none", async () => {
    const { fetch, calls } = cutFetch(() => cut("data: 1\n\n"));
    const reader = (await resilientFetch({ request: () => ({ url: "http://:" }), fetch })(URL, POST)).body!.getReader();
    await reader.read();
    await expect(reader.read()).rejects.toMatchObject({ code: "invalid-request", url: "http://:" });
    expect(calls).toHaveLength(1);
  });

  test("as that of `fetch` does, if there is no request by which it can go on", async () => {
    for (const init of [{}, { request: () => undefined }]) {
      const { fetch, calls } = cutFetch(() => cut("data: 1\n\ndata: 2\n\ndata: 3"));
      const reader = (await resilientFetch({ ...init, fetch })(URL, POST)).body!.getReader();
      expect(new TextDecoder().decode((await reader.read()).value)).toBe("data: 1\n\ndata: 2\n\n");
      await expect(reader.read()).rejects.toBe(BROKEN);
      expect(calls).toHaveLength(1);
    }
  });

  test("at a complete end within an event, or without the terminal event, which `fetch` would not notice", async () => {
    expect((await read({}, [whole("data: 1\n\ndata: 2")], POST)).text).toMatchObject({ code: "unfinished-event", event: { data: "2" } });
    expect((await read({ terminalData: "[DONE]" }, [whole("data: 1\n\n")], POST)).text).toMatchObject({ code: "connection-lost" });
  });

  test("if the policy gives up", async () => {
    const broken = [cut("data: 1\n\n"), cut(""), cut(""), cut("")];
    const init = { backoff: { initial: 1, maxAttempts: 2 } };
    expect((await read(init, broken)).text).toMatchObject({ code: "too-many", count: 2 });
    expect((await read({}, [cut("data: 1\n\n"), { status: 401 }])).text).toMatchObject({ code: "status", status: 401 });
    const rule = () => ({ type: "close" }) as const;
    expect((await read({ rule }, [cut("data: 1\n\n")])).text).toBe(BROKEN);
  });

  test("at an event that is too large", async () => {
    const { text } = await read({ maxEventSize: 20 }, [whole(`data: 1\n\ndata: ${"x".repeat(30)}\n\n`)]);
    expect(text).toBeInstanceOf(EventSourceError);
    expect(text).toMatchObject({ code: "event-too-large", limit: 20 });
  });

  test("with the exception of a user's function that is asked about an event", async () => {
    const exception = new Error("no JSON");
    const isTerminal = () => {
      throw exception;
    };
    expect((await read({ isTerminal }, [whole("data: 1\n\n")])).text).toBe(exception);
  });
});

describe("what a caller gets", () => {
  test("a response that is no event stream is that of `fetch`", async () => {
    const response = new Response("busy", { status: 503, headers: { "Content-Type": "text/event-stream" } });
    const json = Response.json({});
    const fetch = vi.fn().mockResolvedValueOnce(response).mockResolvedValueOnce(json).mockRejectedValueOnce(BROKEN);
    const resilient = resilientFetch({ fetch });
    const init = { method: "POST" };
    expect(await resilient(URL, init)).toBe(response);
    expect(await resilient(URL)).toBe(json);
    await expect(resilient(URL)).rejects.toBe(BROKEN);
    expect(fetch.mock.calls).toEqual([[URL, init], [URL], [URL]]);
  });

  test("the response of an event stream has what that of `fetch` has, and so do its clones", async () => {
    const original = new Response("data: 1\n\n", { headers: { "Content-Type": "text/event-stream", "X-Run": "7" } });
    Object.defineProperties(original, { url: { value: "http://127.0.0.1/other" }, redirected: { value: true } });
    const response = await resilientFetch({ fetch: async () => original })(URL);
    const clone = response.clone().clone();
    for (const each of [response, clone]) {
      expect(each).toBeInstanceOf(Response);
      expect([each.url, each.redirected, each.type, each.status, each.ok]).toEqual(["http://127.0.0.1/other", true, "default", 200, true]);
      expect(each.headers.get("X-Run")).toBe("7");
    }
    expect(await Promise.all([response.text(), clone.text()])).toEqual(["data: 1\n\n", "data: 1\n\n"]);
  });

  test("nothing is read before it is asked for", async () => {
    const { fetch, calls } = cutFetch(() => ({ ...whole("data: 1\n\ndata: 2\n\n"), chunk: 9 }));
    const reader = (await resilientFetch({ fetch })(URL)).body!.getReader();
    await Promise.resolve();
    expect(calls[0]?.read).toBe(0);
    await reader.read();
    expect(calls[0]?.read).toBe(1);
  });

  test("a comment is passed on at once, and a part of an event is not", async () => {
    const { fetch } = cutFetch(() => ({ ...whole(": a\ndata: 1\n\n: b\n\nid: 2\n\n"), chunk: 4 }));
    const reader = (await resilientFetch({ fetch })(URL)).body!.getReader();
    const texts = [];
    for (let item = await reader.read(); !item.done; item = await reader.read()) texts.push(new TextDecoder().decode(item.value));
    expect(texts).toEqual([": a\n", "data: 1\n\n", ": b\n\nid: 2\n\n"]);
  });

  test("a terminal event that lacks its blank line gets one", async () => {
    const init = { terminalData: "[DONE]", terminalEvent: "done" };
    expect((await read(init, [whole("data: [DONE]")], POST)).text).toBe("data: [DONE]\n\n");
    expect((await read(init, [cut("data: [DONE]\n")], POST)).text).toBe("data: [DONE]\n\n\n");
    expect((await read(init, [whole("event: done\ndata: 1\n")], POST)).text).toBe("event: done\ndata: 1\n\n\n");
    expect((await read(init, [whole("event: done\ndata: {")], POST)).text).toMatchObject({ code: "unfinished-event" });
  });

  test.each([
    [{ repeat: "from-start" }, "there is no option `resilientFetch.repeat`"],
    [{ repeats: "all" }, '`repeats` is "all", not one of "from-start", "nothing"'],
    [{ backoff: { initial: "1" } }, '`resilientFetch.backoff.initial` is "1", not a number of milliseconds'],
    [7, "`resilientFetch` is 7, not an object, or the name of a preset"],
    ["browsers", '`resilientFetch.preset` is "browsers", not one of "browser", "close-on-error", "resilient"'],
  ])("a wrong option throws: %j", (init, message) => {
    expect(() => resilientFetch(init as ResilientFetchInit)).toThrow(expect.objectContaining({ code: "invalid-option", message }));
  });
});

describe("aborting ends all at once", () => {
  const reason = new Error("enough");

  /** A response that has begun, and whose next read is under way. */
  async function begin(answer: (number: number) => Answer | Promise<Answer>, init: ResilientFetchInit = {}) {
    const abort = new AbortController();
    const { fetch, calls } = cutFetch((_, number) => answer(number));
    const response = await resilientFetch({ ...QUICK, fetch, ...init })(URL, { signal: abort.signal });
    const reader = response.body!.getReader();
    await reader.read();
    const next = reader.read();
    next.catch(() => {});
    return { abort, reader, next, calls };
  }

  const open: Answer = { bytes: encode("data: 1\n\n"), end: "open" };

  test("while the response is read", async () => {
    const { abort, next } = await begin(() => open);
    abort.abort(reason);
    await expect(next).rejects.toBe(reason);
  });

  test("while an attempt waits", async () => {
    const onError = vi.fn();
    const { abort, next, calls } = await begin(() => cut("data: 1\n\n"), { backoff: { initial: 1e9, jitter: false }, onError });
    await vi.waitUntil(() => onError.mock.calls.length);
    abort.abort(reason);
    await expect(next).rejects.toBe(reason);
    expect(calls).toHaveLength(1);
  });

  test("while a request is made, or its function is asked, whose signals are aborted", async () => {
    const request = vi.fn((_: { signal: AbortSignal }) => ({}));
    const never = new Promise<never>(() => {});
    const one = await begin((number) => (number === 1 ? cut("data: 1\n\n") : never), { request });
    await vi.waitUntil(() => one.calls.length === 2);
    one.abort.abort(reason);
    await expect(one.next).rejects.toBe(reason);
    expect(request.mock.calls[0]?.[0].signal.aborted).toBe(true);
    const asked = vi.fn(() => never);
    const other = await begin(() => cut("data: 1\n\n"), { request: asked });
    await vi.waitUntil(() => asked.mock.calls.length);
    other.abort.abort(reason);
    await expect(other.next).rejects.toBe(reason);
    expect(other.calls).toHaveLength(1);
  });

  test("and so does cancelling the body", async () => {
    const { reader, next, calls } = await begin(() => open);
    await reader.cancel(reason);
    expect(await next).toEqual({ done: true, value: undefined });
    expect(calls[0]?.isCancelled).toBe(true);
    const onError = vi.fn();
    const waiting = await begin(() => cut("data: 1\n\n"), { backoff: { initial: 1e9, jitter: false }, onError });
    await vi.waitUntil(() => onError.mock.calls.length);
    await waiting.reader.cancel();
    expect(waiting.calls).toHaveLength(1);
  });

  test("also if the signal was aborted before", async () => {
    const { fetch } = cutFetch(() => open);
    const own: typeof fetch = (input) => fetch(input);
    const response = await resilientFetch({ fetch: own })(URL, { signal: AbortSignal.abort(reason) });
    await expect(response.text()).rejects.toBe(reason);
  });
});
