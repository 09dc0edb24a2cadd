// `resilientFetch` over real connections.

import { resilientFetch } from "typed-eventsource/resilient-fetch";
import { expect, onTestFinished, test, vi } from "vitest";
import { fetchOfChat, fetchOfMcp, fetchOfResponses } from "../../../docs/recipes/resilient-fetch.ts";
import { base64, bytesOf, play, release, seen, type Step } from "../support/streams.ts";

const QUICK = { backoff: { initial: 1, maxAttempts: 20 } } as const;

/** Breaks the connection once released: Chromium may lose data that arrives just before a break. */
const broken: Step[] = ["wait", "reset"];

/** Reads a body to its end. Each time that something arrives, a `wait` of the stream may pass. */
async function read({ body }: Response, url: string) {
  const decoder = new TextDecoder();
  const reader = body!.getReader();
  let text = "";
  for (let item = await reader.read(); !item.done; item = await reader.read()) {
    text += decoder.decode(item.value, { stream: true });
    void release(url);
  }
  return text;
}

test("a stream that breaks within an event goes on from its last id", async () => {
  const url = await play(
    {
      steps: [
        { send: "retry: 1\nid: 1\ndata: 1\n\nid: 2\ndata: €\n\n" },
        { send_base64: base64(bytesOf("data: ", [0xe2, 0x82])) },
        ...broken,
      ],
    },
    { status: 503 },
    { steps: [{ send: "data: 3\n\ndata: [DONE]\n\n" }, "end"] },
  );
  const response = await resilientFetch({ ...QUICK, terminalData: "[DONE]" })(url, { headers: { "X-Asked": "1" } });
  expect([response.status, response.url]).toEqual([200, url]);
  expect(await read(response, url)).toBe("retry: 1\nid: 1\ndata: 1\n\nid: 2\ndata: €\n\ndata: 3\n\ndata: [DONE]\n\n");
  const attempts = await seen(url, { closed: 3 });
  expect(attempts.map(({ headers }) => headers["last-event-id"])).toEqual([undefined, "2", "2"]);
  expect(attempts.every(({ headers }) => headers["x-asked"] === "1")).toBe(true);
});

test("a POST is made once, and its answer goes on by GET", async () => {
  const run = await play({ steps: [{ send: "data: a\n\ndata: b\n\ndata: [DONE]\n\n" }, "end"] });
  const url = await play({
    headers: [
      ["X-Run", run],
      ["Access-Control-Expose-Headers", "X-Run"],
    ],
    steps: [{ send: "data: a\n\ndata: b\n\nda" }, ...broken],
  });
  const fetch = resilientFetch({ ...QUICK, terminalData: "[DONE]", request: ({ response }) => ({ url: response.headers["x-run"] }) });
  expect(await read(await fetch(url, { method: "POST", body: "why?" }), url)).toBe("data: a\n\ndata: b\n\ndata: [DONE]\n\n");
  expect((await seen(url, { closed: 1 })).map(({ method, body }) => [method, body])).toEqual([["POST", "why?"]]);
  expect((await seen(run, { closed: 1 })).map(({ method, body }) => [method, body])).toEqual([["GET", ""]]);
});

test("a POST without a way to go on fails, and is made once", async () => {
  const url = await play({ steps: [{ send: "data: a\n\nda" }, ...broken] });
  await expect(read(await resilientFetch(QUICK)(url, { method: "POST" }), url)).rejects.toThrow();
  expect(await seen(url, { closed: 1 })).toHaveLength(1);
});

test.each(["abort", "cancel"])("%s closes the connection", async (how) => {
  const url = await play({ steps: [{ send: "data: 1\n\n" }, "silence"] });
  const abort = new AbortController();
  const { body } = await resilientFetch(QUICK)(url, { signal: abort.signal });
  const reader = body!.getReader();
  await reader.read();
  if (how === "abort") abort.abort();
  else await reader.cancel();
  expect(await seen(url, { closed: 1 })).toMatchObject([{ closed_by: "client" }]);
});

test("a long stream is read to its end, whatever is collected meanwhile", async () => {
  const event = `data: ${"x".repeat(100)}\n\n`;
  const url = await play({ steps: [{ repeat: { times: 200_000, send: event } }, "end"] });
  for (let round = 0; round < 3; round += 1) {
    const reader = (await resilientFetch(QUICK)(url)).body!.getReader();
    let size = 0;
    for (let item = await reader.read(); !item.done; item = await reader.read()) size += item.value.length;
    expect(size).toBe(200_000 * event.length);
  }
});

test("a request is a `Request`, too, and goes on as one", async () => {
  const url = await play({ steps: [{ send: "id: 1\ndata: 1\n\n" }, ...broken] }, { steps: [{ send: "id: 2\ndata: 2\n\n" }, "end"] });
  // Node.js takes the reset of a connection for the end of a response that has no other.
  const fetch = resilientFetch({ ...QUICK, isTerminal: ({ lastEventId }) => lastEventId === "2" });
  const request = new Request(url, { headers: { "X-Asked": "1" } });
  expect(await read(await fetch(request), url)).toBe("id: 1\ndata: 1\n\nid: 2\ndata: 2\n\n");
  expect((await seen(url, { closed: 2 })).map(({ headers }) => headers["x-asked"])).toEqual(["1", "1"]);
});

const created = 'event: response.created\ndata: {"response":{"id":"r"}}\n\n';

test.each<[string, (api: string) => typeof fetch, path: string, start: string, again: string]>([
  ["the AI SDK", (api) => fetchOfChat(api, "c"), "/c/stream", "data: 1\n\n", "data: 1\n\ndata: [DONE]\n\n"],
  ["the Responses API", fetchOfResponses, "/responses/r?stream=true&starting_after=0", created, "event: response.completed\ndata: {}\n\n"],
  ["MCP", fetchOfMcp, "", "id: 1\ndata:\n\n", 'id: 2\ndata: {"id":1,"result":{}}\n\n'],
])("the recipe for %s posts once, and goes on by GET", async (_, recipe, path, start, again) => {
  const calls: [string, string | undefined][] = [];
  const url = await play({ steps: [{ send: `${start}da` }, ...broken] }, { steps: [{ send: again }, "end"] });
  const { fetch } = globalThis;
  vi.stubGlobal("fetch", (input: string, init: RequestInit = {}) => {
    // What asks the test server itself is let through.
    if (input.startsWith(url)) calls.push([init.method ?? "GET", input]);
    return fetch(input.startsWith(url) ? url : input, init);
  });
  onTestFinished(() => void vi.unstubAllGlobals());
  expect(await read(await recipe(url)(url, { method: "POST" }), url)).toBe(start + again.replace(start, ""));
  expect(calls).toEqual([
    ["POST", url],
    ["GET", url + path],
  ]);
});
