// `shared`: which sources share one connection, how they join and leave it, and what concerns only one of them.

import type { EventSource, EventSourceInit } from "typed-eventsource";
import { EventSource as Source } from "typed-eventsource";
import { describe, expect, test } from "vitest";
import { TRANSPORTS, ignore, open, server, type Transport } from "../support/fake-server.ts";

const share = (transport: Transport, init?: Partial<EventSourceInit>) => open(transport, { shared: true, ...init });

describe.each(TRANSPORTS)("over %s", (transport) => {
  test("sources share one connection, and each hears its events in order", async () => {
    const told: string[] = [];
    const join = (who: string) => {
      const source = share(transport);
      source.onopen = () => told.push(`${who} open ${source.readyState}`);
      source.onmessage = ({ data, lastEventId }) => told.push(`${who} DOM ${data} ${lastEventId}`);
      source.on("message", ({ data, lastEventId }) => told.push(`${who} typed ${data} ${lastEventId}`));
      return source;
    };
    const sources = [join("a"), join("b"), share(transport, { parse: "text" })];
    const events = sources[2].events("message", "other", "done");
    server.open();
    server.sendWithId("message", "1", "7");
    server.send("other", 2);
    server.send("message", 3);
    server.send("done", 4);
    const texts: unknown[] = [];
    for await (const { data } of events) if (texts.push(data) === 4) break;
    expect(told).toEqual([
      ...["a open 1", "b open 1"],
      ...["a DOM 1 7", "a typed 1 7", "b DOM 1 7", "b typed 1 7"],
      ...["a DOM 3 7", "a typed 3 7", "b DOM 3 7", "b typed 3 7"],
    ]);
    expect(texts).toEqual(["1", "2", "3", "4"]);
    expect(sources.map(({ lastEventId }) => lastEventId)).toEqual(["7", "7", "7"]);
    expect(server.attempts).toHaveLength(1);
  });

  test("a source that joined an open connection and closes leaves no timer", () => {
    const first = share(transport);
    server.open();
    const { timers } = server.clock;
    const joined = [share(transport), share(transport)];
    joined[0].on("message", ignore);
    server.send("message", 1); // tells both that they are open
    for (const source of joined) source.close();
    const last = share(transport);
    last.close();
    expect(server.clock.timers).toBe(timers);
    first.close();
  });

  test("a source that joins an open connection is open at once, and hears `open` before anything else", async () => {
    const first = share(transport);
    server.open();
    const join = () => {
      const told: unknown[] = [];
      const source = share(transport);
      told.push(`${source.readyState} ${source.state.type}`);
      source.onopen = () => told.push("open event");
      source.onState(({ type }) => told.push(`state ${type}`));
      source.onmessage = ({ data }) => told.push(`DOM ${data}`);
      source.on("message", ({ data }) => told.push(data));
      return { told, source };
    };
    const second = join();
    await undefined;
    expect(second.told).toEqual(["1 open"]);
    server.clock.advance(0);
    expect(second.told).toEqual(["1 open", "open event", "state open"]);
    // If an event arrives before the task that tells the source that it is open, `open` still comes first.
    const third = join();
    let fourth: ReturnType<typeof join> | undefined;
    const undo = first.on("message", () => (fourth = join()));
    server.send("message", 2);
    undo();
    expect(second.told.slice(3)).toEqual(["DOM 2", 2]);
    expect(third.told).toEqual(["1 open", "open event", "state open", "DOM 2", 2]);
    server.clock.advance(0);
    expect(fourth?.told).toEqual(["1 open", "open event", "state open"]);
    const closedAtOnce = join();
    closedAtOnce.source.close();
    await closedAtOnce.source.closed;
    server.clock.advance(20);
    expect(closedAtOnce.told).toEqual(["1 open", "state closed"]);
  });

  test("closing a source leaves the others open, and the last one closes the connection", async () => {
    const [a, b, c] = [share(transport), share(transport), share(transport)] as const;
    const told: string[] = [];
    // A source that another one closes during an event does not hear that event.
    a.on("message", ({ data }) => {
      told.push(`a ${data}`);
      b.close();
    });
    b.on("message", ({ data }) => told.push(`b ${data}`));
    c.on("message", ({ data }) => told.push(`c ${data}`));
    a.onState(({ type }) => told.push(`a ${type}`));
    const step = b.events("message").next();
    server.send("message", 1);
    server.send("message", 2);
    expect([a, b, c].map(({ readyState }) => readyState)).toEqual([1, 2, 1]);
    expect(await b.closed).toEqual({ type: "requested" });
    expect(await step).toMatchObject({ done: true });
    a.close();
    await a.closed;
    expect(told).toEqual(["a open", "a 1", "c 1", "a 2", "c 2", "a closed"]);
    expect(server.connections).toBe(1);
    c.close();
    expect(server.connections).toBe(0);
    expect(c.state).toEqual({ type: "closed", reason: { type: "requested" } });
  });

  test("a source that is opened after the terminal event opens another connection", async () => {
    const join = () => share(transport, { terminalEvent: "bye" });
    const pair = [join(), join()];
    const told: unknown[] = [];
    pair[0].on("message", ({ data }) => told.push(data));
    // The next source opens at once, while others are told of the end.
    const next = pair[0].closed.then(join);
    server.send("message", 1);
    server.send("bye", 2);
    expect(await Promise.all(pair.map(({ closed }) => closed))).toEqual([{ type: "finished" }, { type: "finished" }]);
    const second = await next;
    server.send("bye", 2);
    expect(await second.closed).toEqual({ type: "finished" });
    for (let attempts = 3; attempts <= 4; attempts += 1) {
      const source = join();
      expect(server.attempts).toHaveLength(attempts);
      source.close();
    }
    expect(told).toEqual([1]);
  });

  test("an error of the connection is told to all sources, and goes to the console once", async () => {
    const policy = { givenUp: "reopen", backoff: { initial: 10, jitter: false, maxAttempts: 2 } } as const;
    const [a, b] = [share(transport, { policy }), share(transport, { policy })];
    const told: string[] = [];
    const listen = (who: string, source: EventSource) => {
      source.onerror = ({ error }) => told.push(`${who} event ${error?.attempt ?? error?.code} ${source.readyState}`);
      source.onState((state) => told.push(`${who} ${state.type} ${"attempt" in state ? state.attempt : ""}`));
      source.onError(({ attempt, code }) => told.push(`${who} error ${attempt ?? code}`));
    };
    const fail = (status: number) => {
      server.fail(status);
      server.clock.advance(20);
    };
    fail(500);
    expect(server.clock.reports).toHaveLength(1);
    listen("a", a);
    const step = b.events("message").next();
    fail(500);
    listen("b", b);
    fail(404);
    const [first, second] = await Promise.all([a.closed, b.closed]);
    expect(first).toMatchObject({ type: "policy", error: { code: "too-many" } });
    expect(second).toBe(first);
    await expect(step).rejects.toMatchObject({ code: "too-many" });
    expect(told).toEqual([
      ...["a event 2 0", "a error 2", "a waiting 2", "a connecting "],
      ...["a error 3", "b error 3", "a event too-many 2", "b event too-many 2", "a error too-many", "b error too-many"],
      ...["a closed ", "b closed "],
    ]);
    expect(server.clock.reports).toHaveLength(1);
  });

  test("a signal closes only its own source", async () => {
    const [one, other] = [new AbortController(), new AbortController()];
    const a = share(transport, { signal: one.signal });
    const b = share(transport, { signal: other.signal });
    const aborted = share(transport, { signal: AbortSignal.abort() });
    one.abort();
    expect(await Promise.all([a.closed, aborted.closed])).toMatchObject([{ type: "aborted" }, { type: "aborted" }]);
    const told: unknown[] = [];
    b.on("message", ({ data }) => told.push(data));
    server.send("message", 1);
    expect([told, b.readyState]).toEqual([[1], 1]);
    other.abort();
    expect([server.connections, server.attempts.length]).toEqual([0, 1]);
  });

  test("a decode error concerns only the source that decodes", async () => {
    const join = (parse: EventSourceInit["parse"]) => share(transport, { policy: { closeAfterDecodeErrors: 2 }, parse });
    const [json, text, numbers] = [join("json"), join("text"), join(Number)];
    const told: string[] = [];
    json.onError(({ code }) => told.push(`json ${code}`));
    text.onError(({ code }) => told.push(`text ${code}`));
    json.on("message", () => told.push("json"));
    text.on("message", ({ data }) => told.push(`text ${data}`));
    numbers.on("message", ({ data }) => told.push(`number ${data}`));
    server.sendText("message", "{");
    server.sendText("message", "[");
    await json.closed;
    const expected = ["json decode", "json decode", "json too-many", "number NaN", "number NaN", "text [", "text {"];
    expect(told.splice(0).sort()).toEqual(expected);
    server.send("message", 3);
    expect(told).toEqual(["text 3", "number 3"]);
    expect([json, text, numbers].map(({ readyState }) => readyState)).toEqual([2, 1, 1]);
    expect(server.attempts).toHaveLength(1);
  });

  test("without a limit, decode errors close no source", () => {
    const source = share(transport, { policy: "resilient" });
    const told: unknown[] = [];
    source.onError(({ code }) => told.push(code));
    source.on("message", ({ data }) => told.push(data));
    server.sendText("message", "{");
    server.send("message", 2);
    expect(told).toEqual(["decode", 2]);
  });

  test("a source forgets its failures at the next event", () => {
    const failures: number[] = [];
    const rule = (context: { failures: number }) => {
      failures.push(context.failures);
      return { type: "reopen", after: 10 } as const;
    };
    const policy = { healthyAfter: 600_000, rule };
    const [source] = [share(transport, { policy }), share(transport, { policy, parse: "text" })];
    source.onError(ignore);
    const told: unknown[] = [];
    source.on("message", ({ data }) => told.push(data));
    for (let round = 1; round <= 2; round += 1) {
      server.sendText("message", "{");
      server.clock.advance(10);
      server.send("message", round);
    }
    expect([failures, told]).toEqual([
      [0, 0],
      [1, 2],
    ]);
  });

  test("a full queue closes only its own source", async () => {
    const small = share(transport, { queue: { capacity: 1, whenFull: "close" } });
    const large = share(transport);
    small.onError(ignore);
    const [unread, events] = [small.events("message"), large.events("message")];
    for (const n of [1, 2, 3]) server.send("message", n);
    const told: unknown[] = [];
    for await (const { data } of events) if (told.push(data) === 3) break;
    expect(told).toEqual([1, 2, 3]);
    expect(await small.closed).toMatchObject({ error: { code: "queue-overflow" } });
    expect([large.readyState, unread.dropped]).toEqual([1, 1]);
  });

  test("the connection listens to a name until no source does", () => {
    const [a, b] = [share(transport), share(transport)];
    const undo = a.on("message", ignore);
    b.on("message", ignore);
    a.on("other", ignore);
    expect(server.listenedNames).toEqual(["message", "other"]);
    undo();
    expect(server.listenedNames).toEqual(["message", "other"]);
    b.close();
    expect(server.listenedNames).toEqual(["other"]);
  });
});

type Pair = [one: EventSourceInit, other: EventSourceInit, at?: string];

const shared = { shared: true } as const;
const sharedFetch = { ...shared, transport: "fetch" } as const;
const sharedPost = { ...sharedFetch, method: "POST" } as const;
const makeHeaders = () => ({ "X-A": "1" });
const rule = () => undefined;

/** How many connections two sources have. */
function connectionsOf([one, other, at = "/stream"]: Pair) {
  for (const [url, init] of [
    ["/stream", one],
    [at, other],
  ] as const)
    new Source(url, init);
  return server.connections;
}

test.each<[string, Pair]>([
  ["URLs that resolve to the same", [shared, shared, "http://localhost/stream"]],
  ["the default transport, named or not", [shared, { ...shared, transport: "browser" }]],
  [
    "a preset in either form",
    [
      { ...shared, policy: "resilient" },
      { ...shared, policy: { preset: "resilient" } },
    ],
  ],
  [
    "options of a policy in any order",
    [
      { ...shared, policy: { closeAfterLosses: 3, idle: { after: 9000, then: "close" } } },
      { ...shared, policy: { idle: { then: "close", after: 9000 }, closeAfterLosses: 3 } },
    ],
  ],
  [
    "headers in any form",
    [
      { ...sharedFetch, headers: { "x-a": "1", "X-B": "2" } },
      {
        ...sharedFetch,
        headers: new Headers([
          ["X-B", "2"],
          ["X-A", "1"],
        ]),
      },
    ],
  ],
  [
    "the same function for headers",
    [
      { ...sharedFetch, headers: makeHeaders },
      { ...sharedFetch, headers: makeHeaders },
    ],
  ],
  [
    "the same rule",
    [
      { ...shared, policy: { rule } },
      { ...shared, policy: { rule } },
    ],
  ],
  [
    "the same text as body",
    [
      { ...sharedPost, body: "a" },
      { ...sharedPost, body: "a" },
    ],
  ],
  [
    "other options that concern only one source",
    [
      { ...shared, parse: "text", queue: { capacity: 1 } },
      { ...shared, schemas: {}, signal: new AbortController().signal },
    ],
  ],
])("a connection is shared by sources with %s", (_, pair) => {
  expect(connectionsOf(pair)).toBe(1);
});

test.each<[string, Pair]>([
  ["`shared` in only one of them", [shared, { ...shared, shared: false }]],
  ["`shared` in neither of them", [{}, {}]],
  ["another query", [shared, shared, "/stream?a"]],
  ["another transport", [shared, sharedFetch]],
  ["other credentials", [shared, { ...shared, withCredentials: true }]],
  ["another policy", [shared, { ...shared, policy: "resilient" }]],
  [
    "another rule",
    [
      { ...shared, policy: { rule } },
      { ...shared, policy: { rule: () => undefined } },
    ],
  ],
  [
    "other headers",
    [
      { ...sharedFetch, headers: { "X-A": "1" } },
      { ...sharedFetch, headers: { "X-A": "2" } },
    ],
  ],
  [
    "another function for headers",
    [
      { ...sharedFetch, headers: makeHeaders },
      { ...sharedFetch, headers: () => ({ "X-A": "1" }) },
    ],
  ],
  ["another method", [sharedFetch, sharedPost]],
  [
    "another text as body",
    [
      { ...sharedPost, body: "a" },
      { ...sharedPost, body: "b" },
    ],
  ],
  [
    "a form as body",
    [
      { ...sharedPost, body: new URLSearchParams("a") },
      { ...sharedPost, body: new URLSearchParams("a") },
    ],
  ],
  [
    "another `lastEventId`",
    [
      { ...sharedFetch, lastEventId: "1" },
      { ...sharedFetch, lastEventId: "2" },
    ],
  ],
  ["another terminal event", [shared, { ...shared, terminalEvent: "bye" }]],
])("no connection is shared by sources with %s", (_, pair) => {
  expect(connectionsOf(pair)).toBe(2);
});
