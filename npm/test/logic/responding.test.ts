// What the server has answered with: in states, in events and in errors, and what `accept` makes of it.

import type { EventSourceError, EventSourceInit, FetchInit, ResponseHead, State } from "typed-eventsource";
import { describe, expect, test } from "vitest";
import { TRANSPORTS, ignore, open, reconnect, server } from "../support/fake-server.ts";

const url = "http://localhost/stream";
const STREAM = { "content-type": "text/event-stream" };

/** A source over `fetch`, and its errors. */
function openWithErrors(init?: Partial<FetchInit>) {
  const source = open("fetch", init as Partial<EventSourceInit>);
  const errors: EventSourceError[] = [];
  source.onError((error) => errors.push(error));
  return { source, errors };
}

test("an open source has the response, each time another one", () => {
  const { source } = openWithErrors({ policy: "resilient" });
  const told: unknown[] = [];
  source.onState((state) => "response" in state && told.push(state.response?.headers["x-request-id"]));
  source.onopen = ({ response }) => told.push(response);
  server.respond({ headers: { "X-Request-Id": "1" } });
  const response = { status: 200, url, redirected: false, headers: { ...STREAM, "x-request-id": "1" } };
  expect(source.state).toStrictEqual({ type: "open", response });
  expect(told).toStrictEqual([response, "1"]);
  server.lose();
  expect(source.state).not.toHaveProperty("response");
  server.clock.advance(3_600_000);
  server.respond({ url: "/elsewhere", headers: { "x-request-id": "2" } });
  expect(told.slice(2)).toMatchObject([{ url: "http://localhost/elsewhere", redirected: true }, "2"]);
  source.close();
});

test("the browser's own source shows no response", () => {
  const source = open("browser");
  const told: unknown[] = [];
  source.onopen = (event) => told.push("response" in event);
  server.respond({ headers: { "x-request-id": "1" } });
  expect([source.state, told]).toStrictEqual([{ type: "open" }, [false]]);
  server.respond({ headers: { "content-type": "text/html" } });
  expect(source.state).toMatchObject({ type: "closed", reason: { error: { code: "given-up" } } });
});

test("a source that joins an open connection has its response at once, and with its own `open`", () => {
  const share = () => open("fetch", { shared: true });
  const [first, second] = [share(), share()];
  server.respond({ headers: { "x-request-id": "1" } });
  const joined = share();
  const told: unknown[] = [];
  joined.onState((state) => told.push(state));
  joined.onopen = ({ response }) => told.push(response?.headers["x-request-id"]);
  expect(joined.state).toEqual(first.state);
  expect(second.state).toMatchObject({ response: { headers: { "x-request-id": "1" } } });
  server.clock.advance(0);
  expect(told).toEqual(["1", first.state]);
  for (const source of [first, second, joined]) source.close();
});

describe("a refusal", () => {
  test.each([
    [503, { "Retry-After": "34" }, { code: "status", retryAfter: 34_000 }],
    [429, {}, { code: "status", retryAfter: undefined }],
    [429, { "retry-after": "soon" }, { retryAfter: undefined }],
    [429, { "retry-after": "Mon, 01 Jan 2001 00:00:00 GMT" }, { retryAfter: 0 }],
    [200, { "content-type": "application/json", "Retry-After": "1" }, { code: "content-type", retryAfter: 1000 }],
  ])("with status %i and the headers %o has its response and says when to come again", async (status, headers, expected) => {
    const { source } = openWithErrors();
    server.respond({ status, headers, body: "{}" });
    const reason = await source.closed;
    const names = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    const response = { status, url, redirected: false, headers: Object.fromEntries(names) };
    expect(reason).toMatchObject({ error: { ...expected, status, url, body: "{}", response } });
  });

  test("is waited for as long as the server asks", () => {
    const { source } = openWithErrors({ policy: "resilient" });
    server.respond({ status: 503, headers: { "retry-after": "120" } });
    expect(source.state).toEqual({ type: "waiting", attempt: 1, retryIn: 120_000 });
    source.close();
  });

  test.each<[string, Parameters<typeof server.respond>[0], string]>([
    ["a short body", { status: 500, body: "down" }, `${url} answered with status 500: down`],
    ["no body", { status: 500, body: " \n " }, `${url} answered with status 500`],
    ["lines", { status: 500, body: '{\n  "a": 1\n}\n' }, `${url} answered with status 500: { "a": 1 }`],
    ["a long body", { status: 500, body: "é".repeat(5000) }, `${url} answered with status 500: ${"é".repeat(200)}…`],
    [
      "another type",
      { headers: { "content-type": "application/json" }, body: "{}" },
      `${url} answered with application/json, not with text/event-stream: {}`,
    ],
    [
      "a redirect to a page for logging in",
      { url: "/login?next=%2Fstream", headers: { "content-type": "text/html" } },
      `${url} was redirected to http://localhost/login?next=%2Fstream, which answered with text/html, not with text/event-stream ` +
        "(this looks like a login page: log in first)",
    ],
    [
      "a form that asks for a password",
      { headers: { "content-type": "text/html" }, body: '<input type="password">' },
      `${url} answered with text/html, not with text/event-stream (this looks like a login page: log in first): ` +
        '<input type="password">',
    ],
    [
      "another page",
      { url: "/home", headers: { "content-type": "text/html" } },
      `${url} was redirected to http://localhost/home, which answered with text/html, not with text/event-stream`,
    ],
    ["a redirect", { url: "/busy", status: 503 }, `${url} was redirected to http://localhost/busy, which answered with status 503`],
    [
      "a stream of another status",
      { status: 201, headers: STREAM },
      `${url} answered with status 201 (if this is an event stream: over \`fetch\`, \`accept\` can take it)`,
    ],
    [
      "a text that may be a stream",
      { headers: { "content-type": "text/plain" }, body: "data: 1" },
      `${url} answered with text/plain, not with text/event-stream (if this is an event stream: over \`fetch\`, \`accept\` can take it): data: 1`,
    ],
  ])("with %s says so", async (_, response, message) => {
    const { source, errors } = openWithErrors();
    server.respond(response);
    await source.closed;
    expect(errors.map((error) => error.message)).toEqual([message]);
  });

  test.each([
    [
      true,
      ["/login", "//login.example/", "//sso.example:8443/?next=/stream", "/users/sign_in", "/Account/Sign-In.aspx#top", "/wp-login.php"],
    ],
    [true, ["/oauth2/authorize", "/saml?x", "/auth"]],
    [false, ["/authors", "/lessons/1", "/blogins", "//authority.example/", "/home?from=/login", "/home#/login"]],
  ])("is taken for a page for logging in by a whole word of its host or path: %s for %j", async (isLogin, pages) => {
    for (const page of pages) {
      const { source, errors } = openWithErrors();
      server.respond({ url: page, headers: { "content-type": "text/html" } });
      await source.closed;
      expect([page, errors[0]?.message.includes("looks like a login page")]).toEqual([page, isLogin]);
    }
  });
});

describe("`accept`", () => {
  const accepting = (accept: (response: ResponseHead) => boolean, init?: Partial<FetchInit>) => openWithErrors({ accept, ...init });

  test.each([
    [201, STREAM],
    [202, { "content-type": "application/x-ndjson" }],
    [200, { "content-type": "text/plain" }],
    [404, {}],
  ])("can take a response of status %i with %o for a stream", (status, headers) => {
    const asked: ResponseHead[] = [];
    const { source, errors } = accepting((response) => asked.push(response) > 0);
    const told: unknown[] = [];
    source.on("message", ({ data }) => told.push(data));
    server.respond({ status, headers });
    server.send("message", 1);
    expect([told, errors]).toEqual([[1], []]);
    expect(asked).toStrictEqual([{ status, url, redirected: false, headers }]);
    expect(source.state).toEqual({ type: "open", response: asked[0] });
    source.close();
  });

  test("can refuse what the standard takes", async () => {
    const { source } = accepting(({ headers }) => headers["x-trusted"] === "yes");
    server.open();
    const message = `${url} answered with text/event-stream, which \`accept\` refused`;
    expect(await source.closed).toMatchObject({ error: { code: "content-type", status: 200, message } });
  });

  test("that refuses a status leaves the rest to the policy", () => {
    const { source, errors } = accepting(() => false, { policy: "resilient" });
    server.respond({ status: 503, headers: { "retry-after": "60" } });
    expect(source.state).toMatchObject({ type: "waiting", retryIn: 60_000 });
    expect(errors.map(({ message }) => message)).toEqual([`${url} answered with status 503, which \`accept\` refused`]);
    source.close();
  });

  test("is not asked about status 204", async () => {
    let isAsked = false;
    const { source } = accepting(() => (isAsked = true));
    server.finish();
    expect([await source.closed, isAsked]).toEqual([{ type: "finished" }, false]);
  });

  test.each<[string, () => unknown, string, unknown]>([
    [
      "throws",
      () => {
        throw new RangeError("no such header");
      },
      "no such header",
      expect.any(RangeError),
    ],
    ["returns a promise", async () => true, "`accept(…)` is [object Promise], not true or false", expect.any(Error)],
    ["returns nothing", () => {}, "`accept(…)` is undefined, not true or false", expect.any(Error)],
  ])("that %s fails the attempt with an error that says so", async (_, accept, detail, cause) => {
    const { source, errors } = accepting(accept as () => boolean, { policy: { retryStatuses: [503], backoff: { jitter: false } } });
    server.respond({ status: 503 });
    expect(source.state.type).toBe("waiting");
    server.clock.advance(1000);
    server.open();
    const reason = await source.closed;
    expect(errors.map(({ code, message }) => [code, message])).toEqual([
      ["status", `${url} answered with status 503, which \`accept\` refused (${detail})`],
      ["content-type", `${url} answered with text/event-stream, which \`accept\` refused (${detail})`],
    ]);
    expect(reason).toMatchObject({ type: "policy", error: { cause } });
  });

  test("may close the source", async () => {
    const { source, errors } = accepting(() => (source.close(), true));
    server.open();
    expect(await source.closed).toEqual({ type: "requested" });
    expect([errors, source.readyState]).toEqual([[], 2]);
  });

  test("that differs keeps sources from sharing a connection", () => {
    const accept = () => true;
    const sources = [accept, accept, () => true].map((one) => open("fetch", { shared: true, accept: one } as Partial<EventSourceInit>));
    expect(server.attempts).toHaveLength(2);
    for (const source of sources) source.close();
  });
});

test.each(TRANSPORTS)("over %s, a fake server can answer an open connection only with a failure", (transport) => {
  const source = open(transport, { policy: "resilient" });
  source.onError(ignore);
  const states: State["type"][] = [];
  source.onState(({ type }) => states.push(type));
  server.open();
  server.respond({ headers: { "x-request-id": "1" } });
  expect(states).toEqual(["open"]);
  server.respond({ status: 503 });
  reconnect();
  expect(states).toEqual(["open", "waiting", "connecting", "open"]);
  for (const status of [99, 600, 200.5, "200"]) expect(() => server.respond({ status } as object)).toThrow(TypeError);
  source.close();
});
