// Tokens that die and that expire, on a server that asks for them.

import type { FetchInit } from "typed-eventsource";
import { expect, onTestFinished, test, vi } from "vitest";
import { streamsOf } from "../../../docs/recipes/tokens.ts";
import * as streams from "../support/streams.ts";
import { ORIGIN, ignore, until } from "../support/streams.ts";

/** A browser allows six connections to a server. */
const isBrowser = "document" in globalThis;
const SOURCES = isBrowser ? 4 : 50;

interface Seen {
  refreshes: number;
  /** How many requests were refused, by their token. */
  refused: Record<string, number>;
  opened: number;
}

/** A user of a stream that asks for tokens. */
function newUser(ttl?: number) {
  const url = `${ORIGIN}/tokens/${crypto.randomUUID()}`;
  const post = async (path: string) => (await fetch(`${url}/${path}`, { method: "POST" })).text();
  let token = "0";
  let expiresAt: number | undefined;
  const refresh = vi.fn(async () => {
    const begin = Date.now();
    token = JSON.parse(await post(ttl === undefined ? "refresh" : `refresh?ttl=${ttl}`)).access_token;
    expiresAt = ttl && begin + ttl;
  });
  const init: Partial<FetchInit> = {
    transport: "fetch",
    headers: () => ({ Authorization: `Bearer ${token}` }),
    onUnauthorized: refresh,
    renewBefore: () => expiresAt,
    policy: { reconnectionTime: 10 },
  };
  const open = (query = "", more: Partial<FetchInit> = {}) => {
    const source = streams.open(`${url}${query}`, { ...init, ...more });
    const received: number[] = [];
    source.on("message", ({ data }) => received.push(data as number));
    source.onError(ignore);
    const opened = { source, received, openings: 0 };
    source.onState(({ type }) => (opened.openings += Number(type === "open")));
    return opened;
  };
  const seen = async (): Promise<Seen> => (await fetch(`${url}/seen`)).json();
  return { url, open, post, seen, refresh };
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

test("a token that dies is refreshed once each time, no event is lost, and one request has a dead token", { timeout: 60_000 }, async () => {
  const deaths = isBrowser ? 50 : 100;
  const user = newUser();
  const opened = user.open();
  const { received } = opened;
  for (let death = 1; death <= deaths; death += 1) {
    await user.post("send?count=2");
    await until(() => received.length === 2 * death);
    await user.post("revoke");
    await until(() => opened.openings > death);
  }
  await user.post("send?count=1");
  await until(() => received.length > 2 * deaths);
  expect(received).toEqual(upTo(2 * deaths + 1));
  const refused = Object.fromEntries(Array.from({ length: deaths }, (_, token) => [token, 1]));
  expect(await user.seen()).toEqual({ refreshes: deaths, refused, opened: deaths + 1 });
});

test.each([true, false])("many sources are refreshed once at each death of the token (shared: %s)", { timeout: 60_000 }, async (shared) => {
  const deaths = 5;
  const user = newUser();
  const sources = Array.from({ length: SOURCES }, (_, index) => user.open(shared ? "" : `?${index}`, { shared }));
  for (let death = 1; death <= deaths; death += 1) {
    await user.post("send?count=1");
    await until(() => sources.every(({ openings, received }) => openings === death && received.length === death));
    await user.post("revoke");
    await until(() => sources.every(({ openings }) => openings > death));
  }
  for (const { received } of sources) expect(received).toEqual(upTo(deaths));
  const { refreshes, refused } = await user.seen();
  expect([refreshes, user.refresh.mock.calls.length]).toEqual([deaths, deaths]);
  // Each source has at most one request with each dead token.
  for (const count of Object.values(refused)) expect(count).toBeLessThanOrEqual(shared ? 1 : SOURCES);
});

test("a connection that is renewed under load brings each event once and in order", { timeout: 60_000 }, async () => {
  const user = newUser(1000);
  await user.refresh();
  const opened = user.open();
  const { received } = opened;
  await until(() => opened.openings);
  await user.post("send?count=2000&every=1");
  await until(() => received.length >= 2000);
  expect(received).toEqual(upTo(2000));
  const { refreshes, opened: connections } = await user.seen();
  expect([refreshes > 2, connections > 2]).toEqual([true, true]);
});

test("the recipe for tokens shows none at first, gets one, and renews it", { timeout: 60_000 }, async () => {
  const user = newUser();
  await user.post("revoke");
  await user.post("send?count=1");
  const [orders, prices] = ["orders", "prices"].map(recipe(user.url, 1000));
  const received = [orders!, prices!].map((source) => {
    const received: unknown[] = [];
    source.on("message", ({ data }) => received.push(data));
    source.onError(ignore);
    return received;
  });
  await until(() => received.every(({ length }) => length === 1));
  expect(await user.seen()).toMatchObject({ refreshes: 1, opened: 2 });
  await user.post("send?count=1000&every=1");
  await until(() => received.every(({ length }) => length > 1000));
  for (const numbers of received) expect(numbers).toEqual(upTo(1001));
  const { refreshes, opened } = await user.seen();
  expect([refreshes > 1, opened > 2]).toEqual([true, true]);
});

/** Opens streams as the recipe does. */
function recipe(url: string, ttl: number) {
  const open = streamsOf(`${url}/refresh?ttl=${ttl}`);
  return (query: string) => {
    const source = open<{ message: number }>(`${url}?${query}`);
    onTestFinished(() => source.close());
    return source;
  };
}

test("the browser's own transport finds out that it was refused, and goes on with a fresh cookie", { timeout: 60_000 }, async () => {
  if (!streams.TRANSPORTS.includes("browser")) return;
  const refused = { status: 401 };
  const [first, last] = [1, 2].map((id) => ({ steps: [{ send: `retry: 1\nid: ${id}\ndata: ${id}\n\n` }] }));
  // The browser is refused when it reconnects, and then the request that asks why.
  const url = await streams.play(first!, refused, refused, { steps: [...last!.steps, "silence"] });
  const refresh = vi.fn(async () => {});
  const source = streams.open(url, { diagnose: true, onUnauthorized: refresh });
  const received: unknown[] = [];
  source.on("message", ({ data }) => received.push(data));
  source.onError(ignore);
  await until(() => received.length === 2);
  expect([received, refresh.mock.calls.length]).toEqual([[1, 2], 1]);
});
