// The refresh of what a server has refused, by a function of the user.

import { EventSource, type EventSourceError, type EventSourceInit, type FetchInit } from "typed-eventsource";
import { describe, expect, test, vi } from "vitest";
import { ignore, server } from "../support/fake-server.ts";

/** A token, and the function that refreshes it. */
function session() {
  const session = { token: 0, refresh: vi.fn<() => Promise<void>>(async () => void (session.token += 1)) };
  return session;
}

const open = ({ refresh }: { refresh: () => Promise<void> }, init: Partial<FetchInit> = {}, url = "/orders") =>
  new EventSource(url, { transport: "fetch", onUnauthorized: refresh, ...init } as EventSourceInit);

/** Lets the promises of a refresh go on. */
const settle = () => new Promise<void>((resolve) => setTimeout(resolve));

test("a refused source is connecting until what it was refused with is refreshed, and connects at once", async () => {
  const user = session();
  const source = open(user, { headers: () => ({ authorization: String(user.token) }) });
  const told: unknown[] = [];
  source.onState(({ type }) => told.push(type));
  source.onError(({ code }) => told.push(code));
  await settle();
  server.fail(401);
  expect([source.state, server.connections, server.attempts.length]).toEqual([{ type: "connecting" }, 0, 1]);
  await settle();
  expect(server.attempts.map(({ headers }) => headers.get("authorization"))).toEqual(["0", "1"]);
  server.open();
  expect([told, user.refresh.mock.calls.length]).toEqual([["open"], 1]);
  source.close();
});

test("a token that dies a thousand times is refreshed a thousand times, and no event is lost", async () => {
  const user = session();
  const source = open(user, { policy: { reconnectionTime: 10 } });
  const received: string[] = [];
  source.on("order", ({ lastEventId }) => received.push(lastEventId));
  source.onError(ignore);
  for (let death = 0; death < 1000; death += 1) {
    server.sendWithId("order", "1", String(death));
    server.lose();
    server.clock.advance(1000);
    expect(server.attempts.at(-1)?.lastEventId).toBe(String(death));
    server.fail(401);
    await user.refresh.mock.results.at(-1)?.value;
    while (server.connections === 0) await undefined;
  }
  expect(user.refresh).toHaveBeenCalledTimes(1000);
  expect(received).toEqual(Array.from({ length: 1000 }, (_, id) => String(id)));
  expect(server.attempts).toHaveLength(2001);
  source.close();
});

test.each([true, false])("fifty sources are refreshed once at each death of the token (shared: %s)", async (shared) => {
  const user = session();
  const sources = Array.from({ length: 50 }, (_, index) =>
    open(user, { shared, policy: { reconnectionTime: 10 } }, shared ? "/one" : `/${index}`),
  );
  for (const source of sources) source.onError(ignore);
  const connections = shared ? 1 : 50;
  for (let death = 1; death <= 20; death += 1) {
    server.open();
    expect(sources.every(({ state }) => state.type === "open")).toBe(true);
    server.lose();
    server.clock.advance(1000);
    server.fail(401);
    await settle();
    expect([user.refresh.mock.calls.length, server.connections]).toEqual([death, connections]);
  }
  for (const source of sources) source.close();
});

test("a source that was refused with a request from before the refresh goes on without another", async () => {
  const user = session();
  const [early, late] = [open(user, {}, "/early"), open(user, {}, "/late")];
  server.fail(401);
  await settle();
  expect([user.refresh.mock.calls.length, server.attempts.length]).toEqual([1, 4]);
  const other = open(user, {}, "/other");
  server.fail(401);
  expect([early, late].map(({ state }) => state)).toMatchObject([
    { reason: { error: { status: 401 } } },
    { reason: { error: { status: 401 } } },
  ]);
  await settle();
  expect([user.refresh.mock.calls.length, other.state.type]).toEqual([2, "connecting"]);
  other.close();
});

test("a source that opens while a refresh runs waits for it, and asks with what is fresh", async () => {
  const user = session();
  const first = open(user, {}, "/first");
  server.fail(401);
  const second = open(user, {}, "/second");
  const other = open(session(), {}, "/other");
  expect([second.state.type, server.attempts.map(({ url }) => new URL(url).pathname)]).toEqual(["connecting", ["/first", "/other"]]);
  await settle();
  server.open();
  expect([first, second, other].map(({ state }) => state.type)).toEqual(["open", "open", "open"]);
  expect(user.refresh).toHaveBeenCalledTimes(1);
  for (const source of [first, second, other]) source.close();
});

describe("the source closes with an error", () => {
  test("at a second refusal: the status", async () => {
    const user = session();
    const source = open(user, { policy: { preset: "resilient", retryStatuses: [401] } });
    server.fail(401);
    await settle();
    server.respond({ status: 401, body: "no" });
    expect(await source.closed).toMatchObject({ type: "policy", error: { code: "status", status: 401, body: "no" } });
    expect(user.refresh).toHaveBeenCalledTimes(1);
  });

  test.each([
    ["rejects", async () => Promise.reject(new Error("logged out"))],
    [
      "throws at once",
      () => {
        throw new Error("logged out");
      },
    ],
  ])("if the function %s: its cause", async (_, refresh) => {
    const source = open({ refresh: vi.fn(refresh) });
    server.fail(401);
    const reason = await source.closed;
    expect(reason).toMatchObject({
      error: {
        code: "refresh",
        message: "`onUnauthorized` has failed: logged out",
        url: "http://localhost/orders",
        cause: { message: "logged out" },
      },
    });
  });

  test("if the function does not end: a limit, and the next source has it called again", async () => {
    const refresh = vi.fn(() => new Promise<void>(() => {}));
    const source = open({ refresh }, { policy: { refreshTimeout: 5000 } });
    server.fail(401);
    await settle();
    server.clock.advance(4999);
    expect(source.state.type).toBe("connecting");
    server.clock.advance(1);
    expect(source.state).toMatchObject({ type: "closed", reason: { error: { code: "refresh", after: 5000, attempt: 1 } } });
    const next = open({ refresh });
    expect(server.connections).toBe(1);
    server.fail(401);
    await settle();
    expect(refresh).toHaveBeenCalledTimes(2);
    next.close();
  });
});

test("a rule may reopen a source after a refresh that has failed", async () => {
  let isBack = false;
  const refresh = vi.fn(async () => {
    if (!isBack) throw new Error("down");
  });
  const contexts: unknown[] = [];
  const source = open(
    { refresh },
    {
      policy: {
        rule: ({ error, proposed }) => {
          contexts.push([error.code, proposed.type]);
          return { type: "reopen", after: 1000 };
        },
      },
    },
  );
  const errors: EventSourceError[] = [];
  source.onError((error) => errors.push(error));
  server.fail(401);
  await settle();
  expect(source.state).toEqual({ type: "waiting", attempt: 1, retryIn: 1000 });
  isBack = true;
  server.clock.advance(1000);
  server.fail(401);
  await settle();
  server.open();
  expect([source.state.type, contexts, errors.map(({ code }) => code)]).toEqual(["open", [["refresh", "close"]], ["refresh"]]);
  source.close();
});

test("a refresh that fails while the machine is offline is tried again when the network is back", async () => {
  let isBack = false;
  const source = open({ refresh: vi.fn(async () => (isBack ? undefined : Promise.reject(new Error("offline")))) });
  source.onError(ignore);
  server.fail(401);
  server.clock.goOffline();
  await settle();
  expect(source.state).toEqual({ type: "offline", attempt: 1 });
  isBack = true;
  server.clock.goOnline();
  server.fail(401);
  await settle();
  server.open();
  expect(source.state.type).toBe("open");
  source.close();
});

test("a source looks at `navigator.onLine` when a refresh has failed", async () => {
  const source = open({ refresh: async () => Promise.reject(new Error("offline")) });
  source.onError(ignore);
  server.fail(401);
  vi.stubGlobal("navigator", { onLine: false });
  await settle();
  vi.unstubAllGlobals();
  expect(source.state).toEqual({ type: "offline", attempt: 1 });
  source.close();
});

test("the attempts are told: the one that was refused, and the one after the refresh", async () => {
  const source = open(session());
  const told: unknown[] = [];
  source.onAttempt(({ number, reason, outcome, status }) => told.push([number, reason, outcome, status]));
  server.fail(401);
  await settle();
  server.open();
  expect(told).toEqual([
    [1, "first", "refused", 401],
    [2, "refreshed", "opened", 200],
  ]);
  source.close();
});

test("the function may close the source", async () => {
  const source = open({ refresh: vi.fn(async () => source.close()) });
  server.fail(401);
  await settle();
  expect([source.state, server.attempts.length, server.clock.timers]).toEqual([{ type: "closed", reason: { type: "requested" } }, 1, 0]);
});

test("a source that is closed during a refresh stays closed", async () => {
  const user = session();
  const source = open(user);
  server.fail(401);
  source.close();
  await settle();
  expect([source.state.type, server.attempts.length, server.clock.timers]).toEqual(["closed", 1, 0]);
});

test("the policy says which statuses are refreshed", async () => {
  const user = session();
  const policy = { refreshStatuses: [419] };
  const source = open(user, { policy });
  server.fail(419);
  await settle();
  server.open();
  expect([source.state.type, user.refresh.mock.calls.length]).toEqual(["open", 1]);
  source.close();
  const other = open(user, { policy });
  server.fail(401);
  expect([other.state.type, user.refresh.mock.calls.length]).toEqual(["closed", 1]);
});

test("a request that is sent once is sent again after a refusal", async () => {
  const source = open(session(), { method: "POST", body: "why?" });
  server.fail(401);
  await settle();
  expect(server.attempts.map(({ method, body }) => [method, body])).toEqual([
    ["POST", "why?"],
    ["POST", "why?"],
  ]);
  server.lose();
  expect(source.state).toMatchObject({ type: "closed", reason: { error: { code: "connection-lost" } } });
});

test("the browser's own transport needs `diagnose`, which shows the status", async () => {
  const user = session();
  const init = { transport: "browser", onUnauthorized: user.refresh } as const;
  expect(() => new EventSource("/orders", init)).toThrow("`onUnauthorized` needs");
  const source = new EventSource("/orders", { ...init, diagnose: true });
  source.onError(ignore);
  server.open();
  server.lose();
  server.fail(401);
  await settle();
  server.open();
  expect([source.state.type, user.refresh.mock.calls.length, server.attempts.length]).toEqual(["open", 1, 2]);
  source.close();
});
