// Runs the recipes for language models and for MCP with a server that imitates theirs. The tests check what the recipes show, and
// which requests they send.

import { EventSource } from "typed-eventsource";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { answer } from "../../../docs/recipes/anthropic.ts";
import { generate } from "../../../docs/recipes/gemini.ts";
import * as recipe from "../../../docs/recipes/mcp.ts";
import { complete } from "../../../docs/recipes/openai-chat.ts";
import { respond } from "../../../docs/recipes/openai-responses.ts";
import { chat, gemini, mcp, messages, responses } from "../support/providers.ts";
import { play, release, seen, seenFirst, type Attempt, type Step } from "../support/streams.ts";

/** The recipes for language models, and what their servers send. */
const MODELS = [
  {
    name: "OpenAI, chat completions",
    ask: complete,
    start: chat.start,
    text: chat.text,
    end: chat.end("stop"),
    reason: "stop",
    failure: chat.failure("busy"),
  },
  {
    name: "OpenAI, responses",
    ask: respond,
    start: responses.start,
    text: responses.text,
    end: responses.end("completed"),
    reason: "completed",
    failure: responses.failure("busy"),
  },
  {
    name: "Anthropic",
    ask: answer,
    start: messages.start,
    text: messages.text,
    end: messages.end("end_turn"),
    reason: "end_turn",
    failure: messages.failure("overloaded_error", "busy"),
  },
  {
    name: "Gemini",
    ask: generate,
    start: gemini.thought("Hm"),
    text: gemini.text,
    end: gemini.end("STOP"),
    reason: "STOP",
    failure: gemini.failure("busy"),
  },
];

const REQUEST = { model: "a-model", messages: [{ role: "user", content: "Why is the sky blue?" }] };

// The recipes listen to all events that are sent, so the console gets no hint. It gets only the error of a refusal after which the
// source goes on.
const hints = vi.spyOn(console, "info");
const reports = vi.spyOn(console, "error").mockImplementation(() => {});
beforeEach(() => {
  hints.mockClear();
  reports.mockClear();
});
afterEach(() => expect(hints.mock.calls).toEqual([]));

const answering = (...texts: string[]): Attempt => ({ steps: [{ send: texts.join("") }] });

/** Breaks the connection once released: Chromium may lose data that arrives just before a break. */
const breaking = (text: string): Attempt => ({ steps: [{ send: text }, "wait", "reset"] });

/** Asks a model, and returns what was shown, how the answer ended, and the requests that were sent. */
async function run({ ask }: (typeof MODELS)[number], attempts: Attempt[], requests = 1, onShow: (url: string) => unknown = () => {}) {
  const url = await play(...attempts);
  const shown: string[] = [];
  const show = (text: string) => {
    shown.push(text);
    onShow(url);
  };
  const outcome = await ask(url, REQUEST, show).catch((error) => error);
  return { shown: shown.join(""), outcome, seen: await seen(url, { closed: requests }) };
}

test.each(MODELS)("$name: the answer is shown, and the reason for its end is known", async (model) => {
  const { start, text, end, reason } = model;
  const { shown, outcome, seen } = await run(model, [answering(start, text("Hel"), text("lo"), end)]);
  expect([shown, outcome]).toEqual(["Hello", reason]);
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({ method: "POST", headers: { "content-type": "application/json", accept: "text/event-stream" } });
  expect(JSON.parse(seen[0]?.body ?? "")).toMatchObject(REQUEST);
  expect(reports.mock.calls).toEqual([]);
});

test.each(MODELS)("$name: an answer that breaks off within an event is an error, and is not asked for again", async (model) => {
  const { start, text } = model;
  const cut = breaking(start + text("Hel") + text("lo").slice(0, -9));
  const { shown, outcome, seen } = await run(model, [cut], 1, release);
  expect(shown).toBe("Hel");
  expect(outcome).toMatchObject({ code: "unfinished-event" });
  expect(seen).toHaveLength(1);
});

test.each(MODELS)("$name: an answer that breaks off between two events is an error, and is not asked for again", async (model) => {
  const { start, text } = model;
  const { shown, outcome, seen } = await run(model, [breaking(start + text("Hel"))], 1, release);
  expect(shown).toBe("Hel");
  expect(outcome).toBeInstanceOf(Error);
  expect(seen).toHaveLength(1);
});

test.each(MODELS)("$name: an answer that ends too early is an error, and is not asked for again", async (model) => {
  const { start, text } = model;
  const { shown, outcome, seen } = await run(model, [answering(start, text("Hel"))]);
  expect(shown).toBe("Hel");
  expect(outcome).toBeInstanceOf(Error);
  expect(seen).toHaveLength(1);
});

test.each(MODELS)("$name: an error within the answer is an error with the server's words, and is not asked for again", async (model) => {
  const { start, text, failure } = model;
  const { shown, outcome, seen } = await run(model, [answering(start, text("Hel"), failure, text("lo"))]);
  expect(shown).toBe("Hel");
  expect(outcome.message).toContain("busy");
  expect(seen).toHaveLength(1);
});

test.each(MODELS)("$name: a piece of the answer that cannot be read is an error, and is not asked for again", async (model) => {
  const { start, text, end } = model;
  const { shown, outcome, seen } = await run(model, [answering(start, text("Hel"), text("lo").replaceAll("}", ""), end)]);
  expect(shown).toBe("Hel");
  expect(outcome).toMatchObject({ code: "decode" });
  expect(seen).toHaveLength(1);
});

test.each(MODELS)("$name: a request that was refused is sent again", async (model) => {
  const { start, text, end, reason } = model;
  const refusal: Attempt = { status: 429, headers: [["Retry-After", "0"]] };
  const { shown, outcome, seen } = await run(model, [refusal, answering(start, text("Hello"), end)], 2);
  expect([shown, outcome]).toEqual(["Hello", reason]);
  expect(seen.map(({ body }) => body)).toEqual([seen[0]?.body, seen[0]?.body]);
});

test.each(MODELS)("$name: after three refusals there is no further request", async (model) => {
  const status = model.ask === answer ? 529 : 503;
  const { outcome, seen } = await run(model, [{ status }], 3);
  expect(outcome).toMatchObject({ code: "too-many", count: 2, cause: { status } });
  expect(seen).toHaveLength(3);
});

test.each(MODELS)("$name: a server that asks for a long wait is not waited for", async (model) => {
  const headers: Attempt["headers"] = [
    ["Retry-After", "3600"],
    ["Access-Control-Expose-Headers", "Retry-After"],
  ];
  const { outcome, seen } = await run(model, [{ status: 429, headers }]);
  expect(outcome).toMatchObject({ code: "down-too-long", cause: { status: 429 } });
  expect(seen).toHaveLength(1);
});

test.each(MODELS)("$name: a request that is wrong is sent once, and the error has the server's words", async (model) => {
  const body = '{"error":{"message":"no such model"}}';
  const { outcome, seen } = await run(model, [{ status: 400, steps: [{ send: body }] }]);
  expect(outcome).toMatchObject({ code: "status", status: 400, body });
  expect(seen).toHaveLength(1);
});

test.each(MODELS)("$name: an answer that is no longer wanted is closed, and is not taken for a whole one", async ({ ask, start, text }) => {
  const url = await play({ steps: [{ send: start + text("Hel") }, "silence"] });
  const abort = new AbortController();
  const outcome = ask(url, REQUEST, () => abort.abort(), abort.signal);
  await expect(outcome).rejects.toMatchObject({ name: "AbortError" });
  expect(await seen(url, { closed: 1 })).toMatchObject([{ closed_by: "client" }]);
});

test.each(MODELS)("$name: an answer that the page cannot show is closed", async ({ ask, start, text }) => {
  const url = await play({ steps: [{ send: start + text("Hel") }, "silence"] });
  const outcome = ask(url, REQUEST, () => {
    throw new RangeError("too long");
  });
  await expect(outcome).rejects.toThrow(RangeError);
  expect(await seen(url, { closed: 1 })).toMatchObject([{ closed_by: "client" }]);
});

test.each([
  ["OpenAI, chat completions", complete, chat.text("Hel") + chat.end("length"), "length"],
  [
    "OpenAI, responses",
    respond,
    responses.text("Hel") + responses.end("incomplete", { incomplete_details: { reason: "max_output_tokens" } }),
    "max_output_tokens",
  ],
  ["Anthropic", answer, messages.text("Hel") + messages.input('{"city') + messages.end("max_tokens"), "max_tokens"],
  ["Gemini", generate, gemini.text("Hel") + gemini.end("MAX_TOKENS"), "MAX_TOKENS"],
  ["Gemini, a prompt that is refused", generate, gemini.text("Hel") + gemini.refusal("SAFETY"), "SAFETY"],
])("%s: an answer that the model has cut short says so", async (_, ask, text, reason) => {
  const url = await play(answering(text));
  const shown: string[] = [];
  expect(await ask(url, REQUEST, (text) => shown.push(text))).toBe(reason);
  expect(shown).toEqual(["Hel"]);
});

test("OpenAI, responses: an answer that has failed is an error with the server's words", async () => {
  const url = await play(answering(responses.start, responses.end("failed", { error: { code: "server_error", message: "busy" } })));
  await expect(respond(url, REQUEST, () => {})).rejects.toThrow("busy");
  expect(await seen(url, { closed: 1 })).toHaveLength(1);
});

const toolCall = (url: string, session: Partial<recipe.Session> = {}) =>
  recipe.request({ url, headers: { "Mcp-Session-Id": "s1" }, ...session }, 1, "tools/call", { name: "add" });

test("MCP: a request has a result, and other messages are received", async () => {
  const url = await play(answering(mcp.id("0"), mcp.progress(1, "1"), mcp.result({ sum: 3 }, "2")));
  const received: recipe.Message[] = [];
  const result = await toolCall(url, { receive: (message) => received.push(message) });
  expect(result).toEqual({ sum: 3 });
  expect(received).toMatchObject([{ method: "notifications/progress", params: { progress: 1 } }]);
  const { method, headers, body } = await seenFirst(url);
  expect([method, headers.accept, headers["mcp-session-id"]]).toEqual(["POST", "application/json, text/event-stream", "s1"]);
  expect(JSON.parse(body)).toEqual({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "add" } });
});

test.each<[string, (text: string) => Step[]]>([
  ["ends", (text) => [{ send: text }, "wait"]],
  ["ends within an event", (text) => [{ send: `${text}data: {"json` }, "wait"]],
  ["breaks", (text) => [{ send: text }, "wait", "reset"]],
])("MCP: where the answer %s before the result, it goes on after the last event, by GET", async (_, steps) => {
  const url = await play(
    { steps: steps(mcp.progress(1, "a")) },
    answering("retry: 1\n", mcp.progress(2, "b")),
    answering(mcp.result({ sum: 3 }, "c")),
  );
  const received: recipe.Message[] = [];
  const receive = (message: recipe.Message) => {
    if (received.push(message) === 1) void release(url);
  };
  expect(await toolCall(url, { receive })).toEqual({ sum: 3 });
  expect(received).toHaveLength(2);
  const requests = await seen(url, { closed: 3 });
  expect(requests.map(({ method, headers }) => [method, headers["last-event-id"], headers["mcp-session-id"]])).toEqual([
    ["POST", undefined, "s1"],
    ["GET", "a", "s1"],
    ["GET", "b", "s1"],
  ]);
  expect(reports.mock.calls).toEqual([]);
});

test("MCP: an answer that breaks off before its first id is an error, and is not asked for again", async () => {
  const url = await play(breaking(mcp.progress(1)));
  await expect(toolCall(url, { receive: () => void release(url) })).rejects.toThrow();
  expect(await seen(url, { closed: 1 })).toHaveLength(1);
});

test("MCP: an answer without a result is an error", async () => {
  const url = await play(answering(mcp.progress(1)));
  await expect(toolCall(url)).rejects.toThrow("without a response");
  expect(await seen(url, { closed: 1 })).toHaveLength(1);
});

test("MCP: an error of the server has its words", async () => {
  await expect(toolCall(await play(answering(mcp.error("no such tool"))))).rejects.toThrow("no such tool");
});

test("MCP: a result may be one document", async () => {
  const document = JSON.stringify({ jsonrpc: "2.0", id: 1, result: { sum: 3 } });
  const url = await play({ headers: [["Content-Type", "application/json"]], steps: [{ send: document }] });
  expect(await toolCall(url)).toEqual({ sum: 3 });
  expect(await seen(url, { closed: 1 })).toHaveLength(1);
});

test.each<[string, Attempt]>([
  ["a stream", { steps: [{ send: mcp.result({ capabilities: {} }, "1") }] }],
  ["a document", { headers: [["Content-Type", "application/json"]], steps: [{ send: '{"jsonrpc":"2.0","id":1,"result":{}}' }] }],
])("MCP: a session begins with %s, whose header is in all further requests", async (_, first) => {
  const header = [
    ["Mcp-Session-Id", "s2"],
    ["Access-Control-Expose-Headers", "Mcp-Session-Id"],
  ] satisfies Attempt["headers"];
  const accepted: Attempt = { status: 202, headers: [["Content-Type", "text/plain"]] };
  const url = await play({ ...first, headers: [...(first.headers ?? []), ...header] }, accepted, answering(mcp.result({ sum: 3 })));
  const session: recipe.Session = { url };
  await recipe.request(session, 1, "initialize", { protocolVersion: "2025-11-25" });
  await recipe.notify(session, "notifications/initialized");
  expect(await recipe.request(session, 1, "tools/call")).toEqual({ sum: 3 });
  const requests = await seen(url, { closed: 3 });
  expect(requests.map(({ headers }) => headers["mcp-session-id"])).toEqual([undefined, "s2", "s2"]);
  expect(JSON.parse(requests[1]?.body ?? "")).toEqual({ jsonrpc: "2.0", method: "notifications/initialized" });
});

test("MCP: a notification that the server refuses is an error", async () => {
  const url = await play({ status: 400 });
  await expect(recipe.notify({ url }, "notifications/initialized")).rejects.toThrow("400");
});

test("MCP: a session that is over is an error, and the request is sent once", async () => {
  const url = await play({ status: 404 });
  await expect(toolCall(url)).rejects.toMatchObject({ code: "status", status: 404 });
  expect(await seen(url, { closed: 1 })).toHaveLength(1);
});

test("MCP: messages that belong to no request are received", async () => {
  const url = await play({ steps: [{ send: mcp.id("0") + mcp.progress(1, "1") }, "silence"] });
  let source: EventSource<any> | undefined;
  const message = await new Promise<recipe.Message>((receive) => void recipe.listen({ url, receive }).then((opened) => (source = opened)));
  expect(message.method).toBe("notifications/progress");
  source?.close();
  expect(await seen(url, { closed: 1 })).toMatchObject([{ method: "GET", closed_by: "client" }]);
});

test("MCP: a server that sends no messages without a request is asked for them once", async () => {
  const url = await play({ status: 405 });
  const source = await recipe.listen({ url });
  source.onError(() => {});
  expect(await source.closed).toMatchObject({ type: "policy", error: { status: 405 } });
  expect(await seen(url, { closed: 1 })).toHaveLength(1);
});
