// The function `request`, which is asked before each attempt.

import type { Attempt, AttemptRequest, EventSourceError, EventSourceInit, FetchInit } from "typed-eventsource";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { TRANSPORTS, type Transport, ignore, open as openOn, server } from "../support/fake-server.ts";

type Answer = AttemptRequest | Promise<AttemptRequest>;

/** A source with this function, and its errors. It is closed when its test ends. */
function open(transport: Transport, request: (attempt: Attempt) => Answer, init?: Partial<FetchInit>) {
  const source = openOn(transport, { ...init, request } as Partial<EventSourceInit>);
  onTestFinished(() => source.close());
  const errors: EventSourceError[] = [];
  source.onError((error) => errors.push(error));
  return { source, errors };
}

/** Lets promises resolve, and all that waits for them. */
const settle = () => new Promise((resolve) => setTimeout(resolve));

/** The next attempt begins. */
async function nextAttempt() {
  server.clock.advance(3_600_000);
  await settle();
}

const sent = () => server.attempts.map(({ method, url }) => `${method} ${new URL(url).pathname}`);

describe.each(TRANSPORTS)("over %s", (transport) => {
  test("each attempt has the URL that the function answers with, the first too", async () => {
    const { source } = open(transport, ({ number }) => ({ url: `/stream/${number}` }));
    const prices: unknown[] = [];
    source.on("price", ({ data }) => prices.push(data));
    expect([server.connections, source.state.type]).toEqual([0, "connecting"]);
    await settle();
    for (const number of [1, 2, 3]) {
      server.send("price", number);
      server.lose();
      expect(source.state).toEqual({ type: "waiting", attempt: 1, retryIn: 3000 });
      await nextAttempt();
    }
    expect(server.attempts.map(({ url }) => url)).toEqual([1, 2, 3, 4].map((number) => `http://localhost/stream/${number}`));
    expect(prices).toEqual([1, 2, 3]);
    expect(source.url).toBe("http://localhost/stream");
  });

  test("the function is told which attempt it is, where to go on from and why the last one has ended", async () => {
    const attempts: Attempt[] = [];
    const { source, errors } = open(transport, (attempt) => {
      attempts.push(attempt);
      return attempt.number === 2 ? Promise.reject(new Error("no token")) : {};
    });
    source.on("price", ignore);
    await settle();
    server.sendWithId("price", "1", "7");
    server.lose();
    await nextAttempt();
    await nextAttempt();
    expect(errors.map(({ code }) => code)).toEqual(["connection-lost", "request"]);
    expect(attempts).toMatchObject([
      { number: 1, lastEventId: "", error: undefined },
      { number: 2, lastEventId: "7", error: errors[0] },
      { number: 3, lastEventId: "7", error: errors[1] },
    ]);
    expect(attempts.map(({ signal }) => signal.aborted)).toEqual([true, true, false]);
  });

  test("a function that fails is asked again, as after a lost connection", async () => {
    const cause = new Error("no token");
    let calls = 0;
    const { source, errors } = open(transport, () => {
      calls += 1;
      if (calls === 1) throw cause;
      return calls === 2 ? Promise.reject(cause) : {};
    });
    await settle();
    expect(source.state).toEqual({ type: "waiting", attempt: 1, retryIn: 3000 });
    await nextAttempt();
    await nextAttempt();
    expect(server.connections).toBe(1);
    const url = "http://localhost/stream";
    const error = (attempt: number) => expect.objectContaining({ code: "request", attempt, url, cause });
    expect(errors).toEqual([error(1), error(2)]);
    expect(errors[0]?.message).toBe("the request could not be made: no token");
  });

  test("a function that never answers is a slow opening, and the next one is asked", async () => {
    const signals: AbortSignal[] = [];
    const { source, errors } = open(
      transport,
      ({ number, signal }) => {
        signals.push(signal);
        return number === 1 ? new Promise(ignore) : {};
      },
      { policy: { opening: { after: 1000, then: "reopen" } } },
    );
    await settle();
    server.clock.advance(1000);
    expect([errors.map(({ code }) => code), source.state.type]).toEqual([["open-timeout"], "waiting"]);
    server.clock.advance(1000);
    await settle();
    expect([signals.map(({ aborted }) => aborted), server.connections]).toEqual([[true, false], 1]);
  });

  test("a source whose function never answers can be closed", async () => {
    let asked: AbortSignal | undefined;
    let answer: (request: AttemptRequest) => void = ignore;
    const { source } = open(transport, ({ signal }) => {
      asked = signal;
      return new Promise((resolve) => (answer = resolve));
    });
    await settle();
    expect(asked?.aborted).toBe(false);
    source.close();
    expect([source.state, asked?.aborted]).toEqual([{ type: "closed", reason: { type: "requested" } }, true]);
    answer({});
    await settle();
    expect([server.connections, server.attempts]).toEqual([0, []]);
  });

  test("a source that is closed at once asks for nothing", async () => {
    const request = vi.fn(() => ({}));
    open(transport, request).source.close();
    await settle();
    expect(request).not.toHaveBeenCalled();
  });

  test("the function may use the source and close it", async () => {
    const states: string[] = [];
    const { source } = open(transport, () => {
      states.push(source.state.type);
      source.close();
      return {};
    });
    await settle();
    expect([states, server.attempts]).toEqual([["connecting"], []]);
  });

  test.each<[string, unknown, string, string]>([
    ["nothing", undefined, "invalid-option", "`request(…)` is undefined, not an object"],
    ["an option that there is not", { uri: "/x" }, "invalid-option", "there is no option `request(…).uri`"],
    ["an invalid URL", { url: "http://[" }, "invalid-request", 'invalid request: EventSource: "http://[" is not a valid URL'],
  ])("an answer of %s closes the source, and says so", async (_, answer, code, message) => {
    const { source } = open(transport, () => answer as AttemptRequest, { policy: "resilient" });
    await settle();
    expect(await source.closed).toMatchObject({ error: { code, message } });
    expect(server.attempts).toEqual([]);
  });

  test("sources share a connection if they have the same function, which is asked once for each attempt", async () => {
    const request = vi.fn(({ number }: Attempt) => ({ url: `/stream/${number}` }));
    const sources = [request, request, () => ({})].map((request) => open(transport, request, { shared: true }).source);
    await settle();
    expect([server.connections, request.mock.calls.length]).toEqual([2, 1]);
    server.open();
    server.lose();
    await nextAttempt();
    expect([request.mock.calls.length, sources.map(({ state }) => state.type)]).toEqual([2, Array(3).fill("connecting")]);
  });
});

test("a source of the browser takes nothing but a URL", async () => {
  const { source } = open("browser", () => ({ headers: {} }), { policy: "resilient" });
  await settle();
  const message = '`request(…).headers` needs `transport: "fetch"`';
  expect(await source.closed).toMatchObject({ error: { code: "invalid-option", message } });
});

test("what the function leaves out is as the options say", async () => {
  const body = JSON.stringify({ prompt: "why?" });
  const answers: AttemptRequest[] = [
    {},
    { headers: { Authorization: "Bearer 2" }, body: "other" },
    { method: "PUT", url: new URL("http://localhost/put") },
  ];
  const headers = { "Content-Type": "application/json", Authorization: "Bearer 1" };
  open("fetch", ({ number }) => answers[number - 1] ?? {}, { method: "POST", headers, body, policy: { resend: true } });
  await settle();
  for (const _ of answers.slice(1)) {
    server.open();
    server.lose();
    await nextAttempt();
  }
  const seen = server.attempts.map(({ method, url, headers, body }) => [method, url, Object.fromEntries(headers), body]);
  const given = { "content-type": "application/json", authorization: "Bearer 1" };
  expect(seen).toEqual([
    ["POST", "http://localhost/stream", given, body],
    ["POST", "http://localhost/stream", { ...given, authorization: "Bearer 2" }, "other"],
    ["PUT", "http://localhost/put", given, body],
  ]);
});

test("the function for headers is asked, too, and that for the request has the last word", async () => {
  const headers = async () => ({ Authorization: "Bearer 1", "X-Made": "1" });
  open("fetch", async () => ({ headers: { Authorization: "Bearer 2" } }), { headers });
  await settle();
  expect(Object.fromEntries(server.attempts[0]?.headers as Headers)).toEqual({ authorization: "Bearer 2", "x-made": "1" });
});

const post = { method: "POST", body: "why?" } as const;

/** Posts, and then gets. */
const resume = ({ number }: Attempt): AttemptRequest => (number === 1 ? {} : { method: "GET", url: "/stream/resumed" });

test("a source that posts once goes on by GET, without the body", async () => {
  const { source, errors } = open("fetch", resume, post);
  const texts: unknown[] = [];
  source.on("text", ({ data }) => texts.push(data));
  await settle();
  server.send("text", 1);
  server.lose();
  expect(source.state.type).toBe("waiting");
  await nextAttempt();
  server.send("text", 2);
  server.lose();
  await nextAttempt();
  expect(sent()).toEqual(["POST /stream", "GET /stream/resumed", "GET /stream/resumed"]);
  expect([texts, server.attempts[1]?.body, errors.map(({ code }) => code)]).toEqual([[1, 2], null, ["connection-lost", "connection-lost"]]);
});

test("a request that is not safe is not sent again: the source closes with the error of the attempt before", async () => {
  const { source, errors } = open("fetch", () => ({}), { ...post, policy: "resilient" });
  await settle();
  server.open();
  server.lose();
  expect([source.state.type, errors[0]?.code]).toEqual(["waiting", "connection-lost"]);
  await nextAttempt();
  expect(await source.closed).toEqual({ type: "policy", error: errors[0] });
  expect(sent()).toEqual(["POST /stream"]);
});

test.each<[string, FetchInit["policy"], number, () => void]>([
  ["the policy resends", { preset: "resilient", resend: true }, 2, () => server.lose()],
  ["it was refused and the policy resends refused ones", { preset: "resilient", resendRefused: true }, 2, () => server.fail(503)],
  ["it was cut and the policy resends refused ones", { preset: "resilient", resendRefused: true }, 1, () => server.lose()],
  ["a rule reopens", { rule: () => ({ type: "reopen", after: 10 }) }, 2, () => server.lose()],
])("a request that is not safe, where %s", async (_, policy, count, fail) => {
  open("fetch", () => ({}), { ...post, policy });
  await settle();
  fail();
  await nextAttempt();
  expect(sent()).toEqual(Array(count).fill("POST /stream"));
});

test("the end of a response means what it means for the request that was sent", async () => {
  const posted = open("fetch", resume, post);
  await settle();
  server.open();
  server.end();
  expect(await posted.source.closed).toEqual({ type: "finished" });

  const told = open("fetch", resume, post);
  await settle();
  server.retry(10);
  server.end();
  await nextAttempt();
  server.open();
  // A GET goes on, as by the standard.
  server.end();
  expect(told.source.state.type).toBe("waiting");
});

test("an answer that ends within an event is told with what had arrived, and is gone on with", async () => {
  const { source, errors } = open("fetch", resume, post);
  await settle();
  server.open();
  server.endWithin("text", "Hel");
  expect([errors[0]?.code, errors[0]?.event?.data, source.state.type]).toEqual(["unfinished-event", "Hel", "waiting"]);
});

test("the browser does not reconnect to the URL that it has", async () => {
  const { source } = open("browser", ({ number }) => ({ url: `/stream/${number}` }), { policy: { reconnectionTime: 500 } });
  await settle();
  server.open();
  server.lose();
  expect([server.connections, source.state]).toEqual([0, { type: "waiting", attempt: 1, retryIn: 500 }]);
});
