// What servers of other origins get. Where the browser decides and browsers differ, the tests accept both.

import type { EventSourceInit } from "typed-eventsource";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  type Transport,
  ORIGIN,
  TRANSPORTS,
  asksOf,
  forget,
  ignore,
  isFirefox,
  next,
  open,
  play,
  release,
  seen,
} from "../support/streams.ts";

/** The page's origin, another origin, and an origin with another host. */
const [OWN, SECOND, THIRD] = [location.origin, ORIGIN, ORIGIN.replace("127.0.0.1", "localhost")] as const;

/** The URL of the same stream at another origin. */
const at = (origin: string, url: string) => origin + new URL(url).pathname;

/** The URLs of streams, of which each redirects to the next, at the next of these origins. The last stream sends events. */
async function chain(status: number, ...origins: string[]) {
  const hops = [await play({ steps: [{ send: "retry: 10\nid: 7\ndata: 1\n\n" }, "wait", "end"] }, { steps: ["silence"] })];
  for (const origin of origins.reverse()) {
    hops.unshift(await play({ status, headers: [["location", at(origin, hops[0])]] }));
  }
  // Firefox does not close the connection of a request that was redirected, even if the request is aborted.
  onTestFinished(async () => void (await Promise.all(hops.map(forget))));
  return hops;
}

/** The value of each of these headers in the request to each server. */
async function headersSent(hops: string[], ...names: string[]) {
  await seen(hops[hops.length - 1], { attempts: 1 });
  const servers = await Promise.all(hops.map((hop) => seen(hop, {})));
  return servers.map(([first]) => names.map((name) => first?.headers[name] ?? "-"));
}

const openFirst = (hops: string[], init: Partial<EventSourceInit>) => open(at(OWN, hops[0]), init);

describe.each(TRANSPORTS)("over %s", (transport) => {
  // A page always sends cookies to its own server. A cookie belongs to a host, whatever the port.
  test.each([
    [true, [["visitor=42"], ["visitor=42"], ["-"]]],
    [false, [["visitor=42"], ["-"], ["-"]]],
  ])("cookies are sent to the target of a redirect only with `withCredentials`: %s", async (withCredentials, expected) => {
    await fetch(at(OWN, await play({ headers: [["set-cookie", "visitor=42; Path=/streams"]] })));
    const hops = await chain(307, SECOND, THIRD);
    openFirst(hops, { transport, withCredentials });
    expect(await headersSent(hops, "cookie")).toEqual(expected);
    // The next test must not find this cookie.
    await fetch(at(OWN, await play({ headers: [["set-cookie", "visitor=; Path=/streams; Max-Age=0"]] })));
  });

  test("the last event id is sent to the target of a redirect", async () => {
    const hops = await chain(307, SECOND);
    const source = openFirst(hops, { transport });
    source.onError(ignore);
    await next(source);
    await release(hops[1]);
    const attempts = await seen(hops[1], { attempts: 2 });
    expect(attempts.map(({ headers }) => headers["last-event-id"])).toEqual([undefined, "7"]);
  });

  test("another origin gets the page's origin, and not its URL", async () => {
    const hops = await chain(307, OWN, SECOND, THIRD);
    openFirst(hops, { transport });
    expect(await headersSent(hops, "origin", "referer")).toEqual([
      ["-", location.href],
      ["-", location.href],
      [OWN, `${OWN}/`],
      ["null", `${OWN}/`],
    ]);
  });

  test("the password in a URL is not sent", async () => {
    const url = await play({ steps: ["silence"] });
    let outcome: string;
    try {
      const source = open(url.replace("//", "//user:password@"), { transport, policy: "close-on-error" });
      source.onError(ignore);
      const opened = seen(url, { attempts: 1 }).then(() => "opened");
      const closed = source.closed.then((reason) => (reason.type === "policy" ? reason.error.code : reason.type));
      outcome = await Promise.race([closed, opened]);
    } catch (error) {
      outcome = (error as { code: string }).code;
    }
    // Chromium's own source refuses the URL, and Firefox's would send the password only after a 401.
    const expected: Record<Transport, string> = { browser: isFirefox ? "opened" : "given-up", fetch: "invalid-request" };
    expect(outcome).toBe(expected[transport]);
    const attempts = await seen(url, {});
    expect(attempts.map(({ headers }) => headers.authorization)).toEqual(outcome === "opened" ? [undefined] : []);
  });
});

const bothHeaders = ["Bearer x", "y"];
const onlyToken = ["-", "y"];

test.each([
  ["its own", [OWN], [bothHeaders, bothHeaders]],
  ["another", [SECOND], [bothHeaders, onlyToken]],
  ["another, and from there to a third,", [SECOND, THIRD], [bothHeaders, onlyToken, onlyToken]],
])("headers follow a redirect to %s origin, `Authorization` only to the same origin", async (_, origins, expected) => {
  const hops = await chain(307, ...origins);
  openFirst(hops, { transport: "fetch", headers: () => ({ Authorization: "Bearer x", "X-Token": "y" }) });
  expect(await headersSent(hops, "authorization", "x-token")).toEqual(expected);
});

test.each([OWN, SECOND])("a source that refuses redirects sends no request to %s", async (origin) => {
  const hops = await chain(307, origin);
  const init = { transport: "fetch", redirect: "error", headers: { "X-Token": "y" }, policy: "close-on-error" } as const;
  const source = openFirst(hops, init);
  source.onError(ignore);
  expect(await source.closed).toMatchObject({ error: { code: "connection-lost" } });
  expect(await seen(hops[1], {})).toEqual([]);
});

test("a source of another origin that refuses redirects is not asked about", async () => {
  const hops = await chain(307, SECOND);
  const source = open(hops[0], { transport: "fetch", redirect: "error", policy: "close-on-error" });
  source.onError(ignore);
  expect(await source.closed).toMatchObject({ error: { code: "connection-lost" } });
  expect(await Promise.all(hops.map(asksOf))).toEqual([0, 0]);
});

test.each([
  [302, "GET", "", undefined],
  [303, "GET", "", undefined],
  [307, "POST", "secret", "text/plain"],
  [308, "POST", "secret", "text/plain"],
])("a body follows a redirect that keeps the method: status %i makes a %s", async (status, method, body, type) => {
  const hops = await chain(status, SECOND);
  openFirst(hops, { transport: "fetch", method: "POST", body: "secret", headers: { "Content-Type": "text/plain" } });
  const [attempt] = await seen(hops[1], { attempts: 1 });
  expect([attempt?.method, attempt?.body, attempt?.headers["content-type"]]).toEqual([method, body, type]);
});

test("a request is made as `fetch` would make it", async () => {
  const url = await play({ steps: [{ send: 'data: "Hel"\n\ndata: "lo"\n\n' }] });
  const source = open(at(OWN, url), {
    transport: "fetch",
    method: "POST",
    headers: [
      ["X-One", "1"],
      ["Content-Type", "application/json"],
    ],
    body: JSON.stringify({ prompt: "hello" }),
    credentials: "omit",
    mode: "same-origin",
    cache: "reload",
    referrerPolicy: "no-referrer",
  });
  const tokens: unknown[] = [];
  source.on("message", ({ data }) => tokens.push(data));
  expect(await source.closed).toEqual({ type: "finished" });
  expect(tokens).toEqual(["Hel", "lo"]);
  const [attempt] = await seen(url, { attempts: 1 });
  expect(attempt).toMatchObject({ method: "POST", body: '{"prompt":"hello"}' });
  expect(attempt?.headers).toMatchObject({ "x-one": "1", "content-type": "application/json", accept: "text/event-stream" });
  expect(attempt?.headers).not.toHaveProperty("referer");
});
