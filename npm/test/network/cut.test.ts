// The end of a response, and which requests are sent again.

import type { EventSource, FetchInit, Policy } from "typed-eventsource";
import { expect, test } from "vitest";
import * as streams from "../support/streams.ts";
import { ignore, next, play, release, seen } from "../support/streams.ts";

const post = { transport: "fetch", method: "POST", body: "why?" } as const;

/** Steps that break the connection once released: Chromium may lose data that arrives just before a break. */
const broken: streams.Step[] = ["wait", "reset"];

const releaseAfterEvent = (source: EventSource, url: string) => void next(source).then(() => release(url));

/** Answers a POST with these steps, and returns how the source has ended. */
async function end(steps: streams.Step[], init: Partial<FetchInit> = {}) {
  const url = await play({ steps });
  const source = streams.open(url, { ...post, ...init });
  source.onError(ignore);
  releaseAfterEvent(source, url);
  const reason = await source.closed;
  expect(await seen(url, { closed: 1 })).toHaveLength(1);
  return reason.type === "policy" ? reason.error : reason.type;
}

const answer = (text: string): streams.Step[] => [{ send: `data: "Hello"\n\n${text}` }];

test.each([
  ["data: wor", "message", "wor"],
  ["data: wör\n", "message", "wör"],
  ["event: token\ndata: a\ndata: b\n", "token", "a\nb"],
  ["event: tok", "tok", ""],
])("a response that ends within %j has not finished", async (text, type, data) => {
  const expected = { code: "unfinished-event", event: { type, data } };
  expect(await end(answer(text))).toMatchObject(expected);
  expect(await end(answer(text), { endOfBody: "finished" })).toMatchObject(expected);
  expect(await end([...answer(text), ...broken])).toMatchObject(expected);
});

test.each([
  ["data: [DONE]", "finished"],
  ["event: token\ndata: [DONE]\n", "finished"],
  ['event: done\ndata: {"us', "finished"],
  ['event: error\ndata: {"over', { code: "failure-event", event: { data: '{"over' } }],
])("a terminal event without its blank line counts: %j", async (text, expected) => {
  const init = { terminalData: "[DONE]", terminalEvent: ["done", "stop"], failureEvent: "error" };
  for (const steps of [answer(text), [...answer(text), ...broken]]) {
    const reason = await end(steps, init);
    if (typeof expected === "string") expect(reason).toBe(expected);
    else expect(reason).toMatchObject(expected);
  }
});

test.each(["data: [DONE]\n\n", "event: unheard\ndata: [DONE]\n\n", "event: unheard\nid: 1\ndata: [DONE]\n\n"])(
  "terminal data is the end under any name: %j",
  async (text) => {
    expect(await end([...answer(text), "silence"], { terminalData: "[DONE]" })).toBe("finished");
  },
);

test("each of several terminal events finishes the source", async () => {
  const terminalEvent = ["response.completed", "response.incomplete"];
  for (const name of terminalEvent) {
    expect(await end([{ send: `event: ${name}\ndata: {}\n\n` }, "silence"], { terminalEvent })).toBe("finished");
  }
});

test.each(["id: 1\ndata: 1\n\n", "retry: 1000\n"])("a response with an id or a `retry` has not finished: %j", async (text) => {
  expect(await end([{ send: text }])).toMatchObject({ code: "connection-lost" });
  expect(await end([{ send: text }], { endOfBody: "finished" })).toBe("finished");
});

test("a request is sent again at the end of its response if the user says so", async () => {
  const url = await play({ steps: [{ send: "retry: 1\ndata: 1\n\n" }] }, { steps: [{ send: "event: bye\ndata: 0\n\n" }] });
  const source = streams.open(url, { ...post, endOfBody: "reconnect", terminalEvent: "bye" });
  source.onError(ignore);
  expect(await source.closed).toMatchObject({ type: "finished" });
  expect((await seen(url, { closed: 2 })).map(({ method }) => method)).toEqual(["POST", "POST"]);
});

test.each([
  ["id: 7\ndata: 1\n\ndata: 2", "7"],
  ["data: 1\n\nid: 8\ndata: 2", undefined],
])("an event that the end cuts leaves the last event id as it was: %j", async (text, id) => {
  const url = await play({ steps: [{ send: `retry: 1\n${text}` }] }, { steps: [{ send: "event: bye\ndata: 0\n\n" }] });
  const source = streams.open(url, { transport: "fetch", terminalEvent: "bye" });
  source.onError(ignore);
  await source.closed;
  const [, second] = await seen(url, { closed: 2 });
  expect(second?.headers["last-event-id"]).toBe(id);
  expect(source.lastEventId).toBe(id ?? "");
});

test("a request that was refused is sent again, and one that was answered is not", async () => {
  const url = await play({ status: 503 }, { steps: [...answer("data: wor"), ...broken] });
  const policy: Policy = { preset: "resilient", resendRefused: true, backoff: { initial: 1 } };
  const source = streams.open(url, { ...post, policy });
  source.onError(ignore);
  releaseAfterEvent(source, url);
  expect(await source.closed).toMatchObject({ type: "policy", error: { code: "unfinished-event" } });
  expect(await seen(url, { closed: 2 })).toHaveLength(2);
});

test("an event does not reset the limit on how often a POST is sent again", async () => {
  const cut = { steps: [{ send: "retry: 1\ndata: 1\n\n" }, "reset" as const] };
  const url = await play(cut);
  const policy: Policy = { preset: "resilient", resend: true, backoff: { initial: 1, maxAttempts: 2 } };
  const source = streams.open(url, { ...post, policy });
  source.onError(ignore);
  expect(await source.closed).toMatchObject({ type: "policy", error: { code: "too-many", count: 2 } });
  expect(await seen(url, { closed: 3 })).toHaveLength(3);
});
