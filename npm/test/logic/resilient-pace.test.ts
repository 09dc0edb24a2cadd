// Bodies of `resilientFetch` that are read late, transferred, or paused by their page.

import { resilientFetch, type ResilientFetchInit, type ResumeAttempt } from "typed-eventsource/resilient-fetch";
import { afterEach, expect, test, vi } from "vitest";
import { cutFetch, encode, type Answer } from "../support/cut-fetch.ts";

const QUICK = { backoff: { initial: 1 } } as const;
const STREAM_URL = "http://127.0.0.1/stream";
const FIRST_EVENT = { bytes: encode("id: 1\ndata: 1\n\n") };
const OPEN: Answer = { ...FIRST_EVENT, end: "open" };

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Stubs a page. The function that is returned sets its visibility. */
function stubPage() {
  const page = new EventTarget();
  const document = { visibilityState: "visible", baseURI: STREAM_URL };
  vi.stubGlobal("document", document);
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
  vi.stubGlobal("removeEventListener", page.removeEventListener.bind(page));
  return (visibilityState: "hidden" | "visible") => {
    document.visibilityState = visibilityState;
    page.dispatchEvent(new Event("visibilitychange"));
  };
}

test("silence does not count before the body is read for the first time", async () => {
  vi.useFakeTimers();
  const { fetch, calls } = cutFetch(() => OPEN);
  const response = await resilientFetch({ fetch, idle: { after: 1000, then: "reopen" } })(STREAM_URL, { method: "POST" });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await response.body?.getReader().read()).toMatchObject({ value: OPEN.bytes });
  expect(calls).toHaveLength(1);
});

/** What the function `request` is told after a pause, and what is read of the body then. */
async function resumed(resumeRequest: () => ReturnType<NonNullable<ResilientFetchInit["request"]>>) {
  const setVisibility = stubPage();
  const { fetch } = cutFetch((_, number) => (number === 1 ? OPEN : { bytes: encode("data: 2\n\n") }));
  const attempts: ResumeAttempt[] = [];
  const request = (attempt: ResumeAttempt) => {
    attempts.push(attempt);
    return resumeRequest();
  };
  const response = await resilientFetch({ fetch, request, pauseWhenHidden: 0 })(STREAM_URL);
  const reader = response.body!.getReader();
  await reader.read();
  const next = reader.read().catch((error: unknown) => error);
  setVisibility("hidden");
  await new Promise((resolve) => setTimeout(resolve));
  setVisibility("visible");
  return { attempts, next: await next };
}

test("a stream that was paused goes on, and `request` is called without an error", async () => {
  const { attempts, next } = await resumed(() => ({}));
  expect(next).toMatchObject({ value: encode("data: 2\n\n") });
  expect(attempts).toMatchObject([{ number: 2, lastEventId: "1", error: undefined }]);
});

test("a stream that was paused fails with `connection-lost` if `request` returns nothing", async () => {
  const { next } = await resumed(() => undefined);
  expect(next).toMatchObject({ code: "connection-lost", message: `the connection to ${STREAM_URL} was lost: the stream was paused` });
});

test("`beforeunload` is listened to only while a body is open", async () => {
  const added = vi.fn();
  const removed = vi.fn();
  vi.stubGlobal("addEventListener", added);
  vi.stubGlobal("removeEventListener", removed);
  const { fetch } = cutFetch(() => ({ bytes: encode("data: 1\n\n") }));
  const response = await resilientFetch({ fetch })(STREAM_URL);
  expect(added).toHaveBeenCalledExactlyOnceWith("beforeunload", expect.any(Function), expect.any(Boolean));
  await response.text();
  expect(removed.mock.calls).toEqual(added.mock.calls);
});

test("pieces of a large chunk may be transferred with their buffers", async () => {
  const bytes = encode(`data: 1\n\ndata: ${"x".repeat(1_000_000)}\n\n`);
  const { fetch } = cutFetch(() => ({ bytes, chunk: 512 * 1024 }));
  const response = await resilientFetch({ fetch })(STREAM_URL);
  let length = 0;
  for await (const piece of response.body as unknown as AsyncIterable<Uint8Array<ArrayBuffer>>) {
    length += structuredClone(piece, { transfer: [piece.buffer] }).length;
  }
  expect(length).toBe(bytes.length);
});

test("the stream fails if the body of the next response is locked", async () => {
  let count = 0;
  const fetch = async () => {
    count += 1;
    const start = (body: ReadableStreamDefaultController) => body.enqueue(FIRST_EVENT.bytes);
    const pull = (body: ReadableStreamDefaultController) => body.error(new Error("cut"));
    const response = new Response(new ReadableStream({ start, pull }), { headers: { "Content-Type": "text/event-stream" } });
    if (count > 1) response.body?.getReader();
    return response;
  };
  const response = await resilientFetch({ ...QUICK, fetch })(STREAM_URL);
  await expect(response.text()).rejects.toThrow(TypeError);
});

test("a `fetch` that spreads `headers` gets all of them, and the last event id replaces that of the first request", async () => {
  const { fetch, calls } = cutFetch((_, number) => (number === 1 ? { ...FIRST_EVENT, end: "broken" } : { bytes: encode("data: 2\n\n") }));
  const spreading: typeof fetch = (url, init) => fetch(url, { ...init, headers: { ...(init?.headers as Record<string, string>) } });
  const headers = { authorization: "Bearer 1", "last-event-id": "0" };
  await (await resilientFetch({ ...QUICK, fetch: spreading })(STREAM_URL, { headers })).text();
  expect(calls.map((call) => Object.fromEntries(call.headers))).toEqual([
    headers,
    { ...headers, "last-event-id": "1", accept: "text/event-stream" },
  ]);
});
