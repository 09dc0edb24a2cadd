// How often a source asks whether a server can be reached whose answers CORS may hide.

import { EventSource, type EventSourceError } from "typed-eventsource";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

let time = 0;
let isUp = true;
let answers = false;
let asked: string[] = [];

beforeEach(() => {
  [time, isUp, answers, asked] = [0, true, false, []];
  vi.spyOn(performance, "now").mockImplementation(() => time);
  vi.stubGlobal("origin", "http://page.test");
  vi.stubGlobal("fetch", async ({ mode, headers }: Request, init?: RequestInit) => {
    if (init) asked.push(init.method!);
    const isAnswered = init ? isUp : answers && !headers.has("Last-Event-ID");
    if (!isAnswered) throw new TypeError(`no answer to a request with the mode ${init?.mode ?? mode}`);
    return new Response("retry: 10\nid: 7\ndata: 1\n\n", { headers: { "content-type": "text/event-stream" } });
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** A source, and a function that waits for its next error, lets seconds pass, and returns the code of the error. */
function failing() {
  const source = new EventSource("http://prices.test/", { transport: "fetch", policy: { reconnectionTime: 10 } });
  const errors: EventSourceError[] = [];
  source.onError((error) => errors.push(error));
  const next = async (seconds: number) => {
    const error = await vi.waitUntil(() => errors.shift(), { interval: 1 });
    time += seconds * 1000;
    return error.code;
  };
  return { source, next };
}

test("a server that was down is asked again after ten seconds, and then CORS is known to refuse its answers", async () => {
  isUp = false;
  const { source, next } = failing();
  expect(await next(1)).toBe("connection-lost");
  isUp = true;
  expect([await next(8), asked.length]).toEqual(["connection-lost", 1]);
  expect([await next(1), asked.length]).toEqual(["connection-lost", 1]);
  expect([await next(1), asked.length]).toEqual(["cors", 2]);
  source.close();
});

test("a server that has gone down since is asked again after ten seconds, and then the connection is lost", async () => {
  const { source, next } = failing();
  expect(await next(1)).toBe("cors");
  isUp = false;
  expect([await next(9), asked.length]).toEqual(["cors", 1]);
  expect([await next(1), asked.length]).toEqual(["connection-lost", 2]);
  source.close();
  expect(asked).toEqual(["GET", "GET"]);
});

test("only an answer shows for good that CORS does not refuse such requests", async () => {
  answers = true;
  const { source, next } = failing();
  source.onmessage = () => {};
  // The answer has ended.
  expect([await next(1), asked.length]).toEqual(["connection-lost", 0]);
  expect([await next(10), asked.length]).toEqual(["cors", 1]);
  expect([await next(10), asked.length]).toEqual(["cors", 2]);
  source.close();
});

test("after a question with another method CORS is only the probable reason", async () => {
  const source = new EventSource("http://prices.test/", { transport: "fetch", method: "POST", policy: "close-on-error" });
  source.onError(() => {});
  const message = expect.stringMatching(/^CORS probably refused the answer of http:\/\/prices\.test\/, or of a proxy before it: have /);
  expect(await source.closed).toMatchObject({ error: { code: "cors", message } });
  expect(asked).toEqual(["HEAD"]);
});

test("what is known of one origin is not known of another that a function answers with", async () => {
  const urls = ["http://prices.test/", "http://other.test/"];
  vi.stubGlobal("fetch", async ({ url }: Request, init?: RequestInit) => {
    if (!init && url !== urls[0]) throw new TypeError("no answer");
    return new Response("retry: 10\ndata: 1\n\n", { headers: { "content-type": "text/event-stream" } });
  });
  const request = ({ number }: { number: number }) => ({ url: urls[Math.min(number, 2) - 1]! });
  const source = new EventSource(urls[0]!, { transport: "fetch", request, policy: { reconnectionTime: 10 } });
  const codes: string[] = [];
  source.onError(({ code }) => {
    codes.push(code);
    time += 1000;
  });
  await vi.waitUntil(() => codes.length === 2, { interval: 1 });
  expect(codes).toEqual(["connection-lost", "cors"]);
  source.close();
});

test("one's own `fetch` may know other schemes", async () => {
  const source = new EventSource("app://prices/", {
    transport: "fetch",
    fetch: async () => Promise.reject(new TypeError("not yet")),
    policy: { reconnectionTime: 10 },
  });
  const error = await new Promise<EventSourceError>((resolve) => source.onError(resolve));
  expect([error.code, source.state.type]).toEqual(["connection-lost", "waiting"]);
  source.close();
});
