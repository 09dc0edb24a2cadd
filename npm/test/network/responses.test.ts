// What a source over `fetch` makes of the response that it gets.

import type { FetchInit } from "typed-eventsource";
import { expect, onTestFinished, test, vi } from "vitest";
import { wasm } from "../../src/init.js";
import { copyToWasm } from "../../src/memory.js";
import * as streams from "../support/streams.ts";
import { type Attempt, ignore, next, play, release, seen } from "../support/streams.ts";

const open = (url: string, init?: Partial<FetchInit>) => streams.open(url, { transport: "fetch", ...init });

const plain = (status: number, ...texts: string[]): Attempt => {
  return { status, headers: [["content-type", "text/plain"]], steps: texts.map((send) => ({ send })) };
};

/** The error that a source has closed with. */
async function errorOf(url: string, init?: Partial<FetchInit>) {
  const source = open(url, init);
  source.onError(ignore);
  const reason = await source.closed;
  if (reason.type !== "policy") throw new Error(`the source has ended: ${reason.type}`);
  return reason.error;
}

/** The same, with at least `length` characters of the body. It tries until they come, since on a busy machine they may come later than the
 * second that a source waits for them. */
async function errorWithBody(url: string, length: number, init?: Partial<FetchInit>) {
  for (;;) {
    const error = await errorOf(url, init);
    if ((error.body?.length ?? 0) >= length) return error;
  }
}

test("an error has the status, the content type and the body of the response", async () => {
  const expected = { code: "status", status: 503, contentType: "text/plain", body: "busy" };
  expect(await errorWithBody(await play(plain(503, "busy")), 4)).toMatchObject(expected);
  const html = await play({ headers: [["content-type", "text/html"]], steps: [{ send: "<p>" }] });
  expect(await errorWithBody(html, 3)).toMatchObject({ code: "content-type", status: 200, contentType: "text/html", body: "<p>" });
});

const KIB_16 = 16 * 1024;

test.each<[string, string[], boolean, string, number?]>([
  [
    "is long has its first 16 KiB",
    ["x".repeat(KIB_16 - 24), `${"y".repeat(23)}€ and more`],
    true,
    `${"x".repeat(KIB_16 - 24)}${"y".repeat(23)}`,
  ],
  ["is as long as the option says is whole", ["z".repeat(20_000)], false, "z".repeat(20_000), 20_000],
  ["is longer than the option says is cut", ["é and more"], true, "é", 2],
  ["is not wanted is not read", ["no"], true, "", 0],
  ["does not end is told as far as it came", ["slow"], true, "slow"],
  ["is empty is told as such", [], false, ""],
])("a refusal whose body %s", async (_, texts, isOpen, body, maxErrorBodySize) => {
  const attempt = plain(500, ...texts);
  if (isOpen) attempt.steps?.push("silence");
  const url = await play(attempt);
  expect((await errorWithBody(url, body.length, { maxErrorBodySize })).body).toBe(body);
  await seen(url, { closed: 1 });
});

/** These headers, which a page of another origin may read. */
const exposed = (...headers: [string, string][]): Attempt["headers"] => [
  ...headers,
  ["access-control-expose-headers", headers.map(([name]) => name).join()],
];

test("a refusal of some KiB is whole JSON, and its message begins with it", async () => {
  const fields = Array.from({ length: 60 }, (_, n) => ({ loc: ["body", "messages", n, "content"], msg: "Field required", text: "é" }));
  const body = JSON.stringify({ detail: fields }, null, 2);
  const headers = exposed(["content-type", "application/json"], ["retry-after", "34"], ["x-request-id", "req_9"]);
  const url = await play({ status: 429, headers, steps: [{ send: body }] });
  const error = await errorWithBody(url, body.length);
  expect(JSON.parse(error.body ?? "")).toEqual({ detail: fields });
  const response = { status: 429, url, redirected: false, headers: { "x-request-id": "req_9" } };
  expect(error).toMatchObject({ retryAfter: 34_000, response });
  expect(error.message).toMatch(/ answered with status 429: \{ "detail": \[ \{ "loc": \[ "body", /);
  expect(error.message).toHaveLength(`${url} answered with status 429: `.length + 201);
});

test("an open source has the status, the headers and the URL of the response", async () => {
  const target = await play({ headers: exposed(["mcp-session-id", "abc"]), steps: [{ send: "data: 1\n\n" }, "silence"] });
  const source = open(await play({ status: 307, headers: [["location", target]] }));
  await new Promise((resolve) => (source.onopen = resolve));
  const headers = expect.objectContaining({ "content-type": "text/event-stream", "mcp-session-id": "abc" });
  expect(source.state).toEqual({ type: "open", response: { status: 200, url: target, redirected: true, headers } });
  expect(structuredClone(source.state)).toEqual(source.state);
});

test("a wrong type after a redirect is told with the URL that has answered", async () => {
  const page = `${await play({ headers: [["content-type", "text/html"]], steps: [{ send: "<!doctype html>\n<p>Who are you?" }] })}?login`;
  const url = await play({ status: 302, headers: [["location", page]] });
  const error = await errorWithBody(url, 10);
  expect(error).toMatchObject({ code: "content-type", url, response: { url: page, redirected: true } });
  const told = `${url} was redirected to ${page}, which answered with text/html, not with text/event-stream: <!doctype html> <p>`;
  expect(error.message.slice(0, told.length)).toBe(told);
});

test.each([201, 202, 206])("a stream of status %i is accepted by the user's function, and is refused without one", async (status) => {
  const url = await play({ status, steps: [{ send: "data: 1\n\ndata: [DONE]\n\n" }, "silence"] });
  expect(await errorOf(url)).toMatchObject({ code: "status", status, message: expect.stringContaining("`accept` can take it") });
  const source = open(url, { method: "POST", terminalData: "[DONE]", accept: (response) => response.status === status });
  const told: unknown[] = [];
  for await (const { data } of source.events("message")) told.push(data);
  expect([told, await source.closed]).toEqual([[1], { type: "finished" }]);
});

test("the body of any type that is accepted is parsed as an event stream", async () => {
  for (const type of ["text/plain; charset=utf-8", "application/x-ndjson", "application/octet-stream"]) {
    const url = await play({ headers: [["content-type", type]], steps: [{ send: "data: 1\n\n" }, "silence"] });
    const source = open(url, { accept: ({ headers }) => headers["content-type"] === type });
    expect(await next(source)).toMatchObject({ data: 1 });
    source.close();
  }
});

test("an exception of `accept` is an error with the body, and no further request is made", async () => {
  const url = await play({ steps: [{ send: "data: 1\n\n" }, "silence"] });
  const thrown = new RangeError("neither");
  const accept = () => {
    throw thrown;
  };
  const error = await errorWithBody(url, 9, { accept, policy: "resilient" });
  expect(error).toMatchObject({ code: "content-type", cause: thrown, body: "data: 1\n\n" });
  expect(error.message).toMatch(/, which `accept` refused \(neither\): data: 1$/);
});

test("a response whose body is already being read is an error", async () => {
  const real = globalThis.fetch;
  vi.stubGlobal("fetch", async (...request: Parameters<typeof fetch>) => {
    const response = await real(...request);
    if (response.status === 503) response.body?.getReader();
    return response;
  });
  onTestFinished(() => void vi.unstubAllGlobals());
  const error = await errorOf(await play(plain(503, "down")), { policy: "close-on-error" });
  expect(error).toMatchObject({ code: "status", status: 503, body: "" });
});

test("there is no further attempt after a wrong content type, even if `retryStatuses` has the status", async () => {
  const url = await play({ headers: [["content-type", "text/html"]] });
  expect(await errorOf(url, { policy: { givenUp: "reopen", retryStatuses: [404] } })).toMatchObject({ code: "content-type" });
});

test("the error of a lost connection has its cause", async () => {
  // An event would reset the count of losses.
  const url = await play({ before: ["reset"] }, { steps: [{ send: ":\n" }, "wait", "reset"] }, { steps: ["end"] });
  const source = open(url, { policy: { reconnectionTime: 10, healthyAfter: 600_000 } });
  // A reset may discard what has not been read yet.
  source.onopen = () => release(url);
  const errors: unknown[] = [];
  source.onError((error) => {
    if (errors.push(error) === 3) source.close();
  });
  await source.closed;
  const lost = (attempt: number) => expect.objectContaining({ code: "connection-lost", attempt });
  expect(errors).toEqual([lost(1), lost(2), lost(3)]);
  expect(errors[0]).toMatchObject({ cause: expect.any(TypeError) });
  expect(errors[0]).not.toHaveProperty("status");
});

/** The first wait of a source. */
async function waitOf(attempt: Attempt, policy: FetchInit["policy"]) {
  const source = open(await play(attempt), { policy });
  source.onError(ignore);
  return new Promise<number>((resolve) => source.onState((state) => "retryIn" in state && resolve(Number(state.retryIn))));
}

const retryAfter = (value: string): Attempt => {
  return {
    status: 503,
    headers: [
      ["retry-after", value],
      ["access-control-expose-headers", "retry-after"],
    ],
  };
};

test("`Retry-After` sets the shortest wait", async () => {
  expect(await waitOf(retryAfter("120"), "resilient")).toBe(120_000);
  expect(await waitOf(retryAfter("120"), { preset: "resilient", maxServerDelay: 60_000 })).toBe(60_000);
  const inAnHour = await waitOf(retryAfter(new Date(Date.now() + 3_600_000).toUTCString()), "resilient");
  expect(inAnHour).toBeGreaterThan(3_000_000);
  expect(inAnHour).toBeLessThanOrEqual(3_600_000);
});

test("a `retry` that is a number sets the reconnection time", async () => {
  const send = "retry: 4321\nretry:\nretry\n\n";
  expect(await waitOf({ steps: [{ send }, "end"] }, { reconnectionTime: 21 })).toBe(4321);
  const beyondAllTime = `retry: ${"9".repeat(1000)}\n\n`;
  expect(await waitOf({ steps: [{ send: beyondAllTime }, "end"] }, {})).toBe(3_600_000);
});

test("a wait with jitter is between the shortest wait and its ceiling", async () => {
  const wait = await waitOf({ status: 500 }, { givenUp: "reopen", backoff: { initial: 1e6, max: 2e6 } });
  expect(wait).toBeGreaterThanOrEqual(10);
  expect(wait).toBeLessThan(1e6);
});

test("small events arrive after the memory has grown", async () => {
  const before = wasm.memory.buffer.byteLength;
  const small = (n: number) => ({ send: `id: é${n}\ndata: €${n}\n\n` });
  const large = [{ send: "id: large\ndata: " }, { repeat: { times: 500_000, send: "0123456789" } }, { send: "\ndata: é\n\n" }];
  const many = { repeat: { times: 100, send: "id: {n}\ndata: {n}\n\n" } };
  const url = await play({ steps: [small(1), ...large, small(2), many, small(3), "silence"] });
  const source = open(url, { parse: "text" });
  const told: unknown[] = [];
  await new Promise<void>((resolve) =>
    source.on("message", ({ data, lastEventId }) => {
      const text = String(data);
      told.push([text.length > 100 ? [text.length, text.slice(-3)] : text, lastEventId]);
      if (text === "€3") resolve();
    }),
  );
  expect(told.splice(3, 100)).toEqual(Array.from({ length: 100 }, (_, n) => [`${n}`, `${n}`]));
  expect(told).toEqual([
    ["€1", "é1"],
    [[5_000_002, "9\né"], "large"],
    ["€2", "é2"],
    ["€3", "é3"],
  ]);
  expect(wasm.memory.buffer.byteLength).toBeGreaterThan(before);
});

test("listeners of many names can be added and removed", async () => {
  const names = Array.from({ length: 50 }, (_, n) => (n % 2 ? `name${n}` : `näme${n}`));
  const round = { send: `${names.map((name) => `event: ${name}\ndata: "${name}"\n\n`).join("")}event: end\ndata: 0\n\n` };
  const url = await play({ steps: ["wait", round, "wait", round, "silence"] });
  const source = open(url);
  const told: string[] = [];
  const listen = (name: string) => source.on(name, ({ type, data }) => told.push(type === name && data === name ? name : "another"));
  const undos = new Map(names.map((name) => [name, listen(name)]));
  const next = async () => {
    const end = new Promise<void>((resolve) => {
      const undo = source.on("end", () => (undo(), resolve()));
    });
    await release(url);
    await end;
    return told.splice(0);
  };
  expect(await next()).toEqual(names);
  const thirds = names.filter((_, index) => index % 3 === 0);
  for (const name of thirds) undos.get(name)?.();
  // The names come again in another order, so that numbers that have become free go to other names.
  const again = thirds.filter((_, index) => index % 2).reverse();
  again.forEach(listen);
  expect(again).toHaveLength(8);
  expect(await next()).toEqual(names.filter((name) => !thirds.includes(name) || again.includes(name)));
});

test.each<[number, number, () => unknown]>([
  [20_000, 64, async () => void (await undefined, await undefined, await undefined)],
  [2000, 1, () => {}],
  [2000, 2001, () => new Promise((resolve) => setTimeout(resolve))],
])("a flood of %i events does not overflow its consumer's queue with a capacity of %i", async (times, capacity, work) => {
  const flood = [{ repeat: { times, send: "data: {n}\n\n" } }, { send: "event: end\ndata: 0\n\n" }];
  const url = await play({ steps: ["wait", ...flood, "silence"] });
  const events = open(url, { queue: { capacity } }).events("message", "end");
  // This is not awaited, since the consumer has to exist when the flood comes.
  const released = release(url);
  let count = 0;
  for await (const { type, data } of events) {
    if (type === "end") break;
    expect(data).toBe(count);
    count += 1;
    await work();
  }
  expect([count, events.dropped]).toEqual([times, 0]);
  await released;
});

// A parser that has to go back to a place that its chunk does not have traps, as a faulty one would.
test("a trap of the wasm half leaves other sources alone", async () => {
  const url = await play({ steps: [{ send: "data: 1\n\n" }, "wait", { send: "data: 2\n\n" }, "silence"] });
  const events = open(url).events("message");
  expect(await events.next()).toMatchObject({ value: { data: 1 } });
  const newParser = () => wasm.newParser(copyToWasm(new Uint8Array()), 0, 100);
  const goBack = 2;
  const [faulty, other] = [newParser(), newParser()];
  wasm.tellParser(faulty, goBack, copyToWasm(new Uint8Array()), 0, 1000);
  for (let times = 0; times < 2; times += 1) expect(() => wasm.nextEvents(faulty)).toThrow();
  expect(wasm.nextEvents(other)).toBe(0);
  wasm.free(faulty);
  wasm.free(other);
  await release(url);
  expect(await events.next()).toMatchObject({ value: { data: 2 } });
});
