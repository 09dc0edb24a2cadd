// Sources of several tabs that share one connection.

import { describe, expect, onTestFinished, test } from "vitest";
import { describe as describeRole, openShared } from "../../../docs/recipes/many-tabs.ts";
import { TRANSPORTS, ignore, play, release, seen, seenFirst, until } from "../support/streams.ts";
import { type Missing, type Tab, openTab } from "../support/tabs.ts";

const WAYS: [way: string, missing: Missing[]][] = [
  ["a shared worker", []],
  ["a shared worker without locks", ["locks"]],
  ["locks and a channel", ["SharedWorker"]],
];

const event = (id: number) => ({ send: `id: ${id}\ndata: ${id}\n\n` });

/** By this, Firefox knows that a response has begun. */
const BEGIN = { send: ":\n\n" };

const numbers = (count: number, first = 1) => Array.from({ length: count }, (_, index) => first + index);

/** Opens a tab for each element. */
const openTabs = (count: number, missing: Missing[]) => Promise.all(numbers(count).map(() => openTab(missing)));

describe.each(TRANSPORTS)("over %s", (transport) => {
  describe.each(WAYS)("by %s", (_, missing) => {
    test("eight tabs share one connection, and each gets each event once and in order", async () => {
      const url = await play({ steps: [BEGIN, "wait", ...numbers(100).map(event), "silence"] });
      const tabs = await openTabs(8, missing);
      const sources = tabs.map((tab) => tab.open(url, { transport }));
      await until(() => sources.every(({ source }) => source.tabs === 8 && source.state.type === "open"));
      await release(url);
      await until(() => sources.every(({ events }) => events.length >= 100));
      for (const { source, events, data, states, errors } of sources) {
        expect(data).toEqual(numbers(100));
        expect(events.map(({ lastEventId }) => lastEventId)).toEqual(numbers(100).map(String));
        expect(states).toEqual(["open"]);
        expect(errors).toEqual([]);
        expect(source.lastEventId).toBe("100");
        expect(source.stats).toMatchObject({ attempts: 1, opened: 1, events: 100 });
      }
      expect(await seen(url, { attempts: 1 })).toHaveLength(1);
      for (const tab of tabs) tab.close();
      expect(await seen(url, { closed: 1 })).toHaveLength(1);
    });

    test("a tab that comes later is open at once, and gets what comes from then on", async () => {
      const url = await play({ steps: [event(1), "wait", event(2), "silence"] });
      const [first, second] = await openTabs(2, missing);
      const early = first.open(url, { transport });
      await until(() => early.events.length === 1);
      const late = second.open(url, { transport });
      await until(() => late.source.state.type === "open");
      expect(late.source.lastEventId).toBe("1");
      await release(url);
      await until(() => late.events.length && early.events.length === 2);
      expect(late.data).toEqual([2]);
      expect(await seen(url, { attempts: 1 })).toHaveLength(1);
    });

    test("the connection that was closed last stays for those that remain", async () => {
      const url = await play({ steps: [event(1), "wait", event(2), "silence"] }, { steps: [BEGIN, "wait", event(2), "silence"] });
      const tabs = await openTabs(3, missing);
      const sources = tabs.map((tab) => tab.open(url, { transport }));
      await until(() => sources.every(({ source }) => source.tabs === 3 && source.lastEventId === "1"));
      tabs[0].close();
      await until(() => sources.slice(1).every(({ source }) => source.tabs === 2 && source.state.type === "open"));
      await release(url);
      await until(() => sources.slice(1).every(({ source }) => source.lastEventId === "2"));
      for (const { data } of sources.slice(1)) expect(data.filter((one) => one === 2)).toHaveLength(1);
    });

    test("all hear of a connection that was lost, and of the next one, which goes on after the last event", async () => {
      const url = await play({ steps: [BEGIN, "wait", event(1), "wait", "reset"] }, { steps: [event(2), "silence"] });
      const tabs = await openTabs(2, missing);
      const sources = tabs.map((tab) => tab.open(url, { transport }));
      await until(() => sources.every(({ source }) => source.tabs === 2 && source.state.type === "open"));
      await release(url);
      await until(() => sources.every(({ events }) => events.length === 1));
      await release(url);
      await until(() => sources.every(({ events }) => events.length === 2));
      for (const { data, errors, states } of sources) {
        expect(data).toEqual([1, 2]);
        expect(errors).toEqual(["connection-lost"]);
        expect(states).toEqual(["open", "waiting", ...(states.includes("connecting") ? ["connecting"] : []), "open"]);
      }
      const [, again] = await seen(url, { attempts: 2 });
      expect(again?.headers["last-event-id"]).toBe("1");
    });

    test("all sources close when the server ends the stream", async () => {
      const url = await play({ steps: [BEGIN, "wait", event(1), { send: "event: done\ndata: 0\n\n" }, "silence"] });
      const tabs = await openTabs(2, missing);
      const sources = tabs.map((tab) => tab.open(url, { transport, terminalEvent: "done" }));
      await until(() => sources.every(({ source }) => source.tabs === 2 && source.state.type === "open"));
      await release(url);
      const reasons = await Promise.all(sources.map(({ source }) => source.closed));
      expect(reasons).toEqual([{ type: "finished" }, { type: "finished" }]);
      for (const { data, errors } of sources) expect([data, errors]).toEqual([[1], []]);
      expect(await seen(url, { closed: 1 })).toHaveLength(1);
    });

    test("sources with other options have separate connections", async () => {
      const url = await play({ steps: [event(1), "silence"] });
      const [tab] = await openTabs(1, missing);
      const sources = [{}, { deduplicate: 4 }, { policy: "close-on-error" }].map((init) => tab.open(url, { transport, ...init }));
      await until(() => sources.every(({ events }) => events.length === 1));
      expect(await seen(url, { attempts: 3 })).toHaveLength(3);
    });

    test("a source gets what it listens to, whatever the others listen to", async () => {
      const url = await play({
        steps: [
          BEGIN,
          "wait",
          { send: "event: a\ndata: 1\n\nevent: b\ndata: 2\n\ndata: 3\n\n" },
          "wait",
          { send: "event: b\ndata: 4\n\n" },
          "silence",
        ],
      });
      const tabs = await openTabs(2, missing);
      const [one, other] = tabs.map((tab) => tab.open(url, { transport }));
      if (!one || !other) return;
      const heard: unknown[] = [];
      one.source.on("a", ({ data }) => heard.push(["a", data]));
      other.source.on("b", ({ data }) => heard.push(["b", data]));
      await until(() => [one, other].every(({ source }) => source.tabs === 2 && source.state.type === "open"));
      await release(url);
      await until(() => heard.length === 2 && one.events.length && other.events.length);
      expect(heard.sort()).toEqual([
        ["a", 1],
        ["b", 2],
      ]);
      one.source.on("b", ({ data }) => heard.push(["one: b", data]));
      await release(url);
      await until(() => heard.length === 4);
      expect(heard.slice(2).sort()).toEqual([
        ["b", 4],
        ["one: b", 4],
      ]);
    });

    test("a source that is paused leaves the others their connection", async () => {
      const url = await play({ steps: [BEGIN, "wait", event(1), "wait", event(2), "silence"] });
      const tabs = await openTabs(2, missing);
      const [one, other] = tabs.map((tab) => tab.open(url, { transport }));
      if (!one || !other) return;
      await until(() => [one, other].every(({ source }) => source.tabs === 2 && source.state.type === "open"));
      // The follower's, where one leads.
      const [paused, going] = one.source.role === "leader" ? [other, one] : [one, other];
      paused.source.pause();
      await until(() => going.source.tabs === 1);
      await release(url);
      await until(() => going.events.length === 1);
      paused.source.resume();
      await until(() => paused.source.state.type === "open" && going.source.tabs === 2);
      await release(url);
      await until(() => going.events.length === 2 && paused.events.length);
      expect(paused.data.at(-1)).toBe(2);
      expect(await seen(url, { attempts: 1 })).toHaveLength(1);
    });

    test("a refusal closes all sources with the status", async () => {
      const url = await play({ status: 404, steps: ["end"] });
      const tabs = await openTabs(2, missing);
      const sources = tabs.map((tab) => tab.open(url, { transport: "fetch", policy: "close-on-error" }));
      const reasons: any[] = await Promise.all(sources.map(({ source }) => source.closed));
      for (const { error } of reasons) expect(error).toMatchObject({ name: "EventSourceError", code: "status", status: 404 });
      for (const { errors } of sources) expect(errors).toEqual(["status"]);
    });
  });

  test("a tab without shared workers and locks has a separate connection", async () => {
    const url = await play({ steps: [event(1), "silence"] });
    const tabs = await openTabs(2, ["SharedWorker", "locks"]);
    const sources = tabs.map((tab) => tab.open(url, { transport }));
    await until(() => sources.every(({ events }) => events.length === 1));
    for (const { source } of sources) expect([source.role, source.tabs, source.state.type]).toEqual(["own", 1, "open"]);
    expect(await seen(url, { attempts: 2 })).toHaveLength(2);
  });
});

describe.each(WAYS)("functions, by %s", (_, missing) => {
  test("a tab answers with the headers and the request, and another one when it has gone", async () => {
    const url = await play(
      { steps: [event(1), "wait", "reset"] },
      { steps: [event(2), "wait", "reset"] },
      { steps: [event(3), "silence"] },
    );
    const tabs = await openTabs(2, missing);
    const asked: string[] = [];
    const sources = tabs.map((tab, index) => {
      const init = {
        transport: "fetch",
        policy: "resilient",
        headers: () => ({ "X-Tab": String(index) }),
        request: ({ number, lastEventId }: { number: number; lastEventId: string }) => {
          asked.push(`${index}: ${lastEventId}`);
          return { url: `${url}?attempt=${number}`, headers: { "X-After": lastEventId } };
        },
      };
      return tab.open(url, init);
    });
    await until(() => sources.every(({ source }) => source.lastEventId === "1" && source.tabs === 2));
    await release(url);
    await until(() => sources.every(({ source }) => source.lastEventId === "2"));
    const [{ headers, path }] = (await seen(url, { attempts: 2 })).slice(1) as any;
    expect([headers["x-after"], headers["x-tab"]]).toEqual(["1", asked[1]?.[0]]);
    expect(path).toContain("attempt=2");
    const first = Number(asked[1]?.[0]);
    tabs[first]?.close();
    const other = sources[1 - first];
    await until(() => other?.source.tabs === 1 && other.source.state.type === "open");
    await release(url);
    await until(() => other?.source.lastEventId === "3");
    expect(asked.at(-1)).toBe(`${1 - first}: 2`);
  });

  test("a rule in a tab decides about the shared connection", async () => {
    const url = await play({ steps: [event(1), "wait", "reset"] }, { steps: [event(2), "silence"] });
    const [tab] = await openTabs(1, missing);
    const contexts: any[] = [];
    const rule = (context: any) => {
      contexts.push(context);
      return { type: "reopen", after: 1 };
    };
    const { source, errors } = tab.open(url, { transport: "fetch", policy: { rule } });
    await until(() => source.lastEventId === "1");
    await release(url);
    await until(() => source.lastEventId === "2");
    expect(contexts).toHaveLength(1);
    expect(contexts[0]).toMatchObject({ error: { code: "connection-lost" }, failures: 1 });
    expect(errors).toEqual(["connection-lost"]);
  });

  test("a tab refreshes what the server refuses, once for all", async () => {
    const url = await play({ status: 401, steps: ["end"] }, { steps: [event(1), "silence"] });
    const tabs = await openTabs(2, missing);
    let refreshes = 0;
    const onUnauthorized = async () => void (refreshes += 1);
    const headers = () => ({ Authorization: `Bearer ${refreshes}` });
    const sources = tabs.map((tab) => tab.open(url, { transport: "fetch", onUnauthorized, headers }));
    await until(() => sources.some(({ events }) => events.length));
    expect(refreshes).toBe(1);
    const attempts = await seen(url, { attempts: 2 });
    expect(attempts.map(({ headers }) => headers.authorization)).toEqual(["Bearer 0", "Bearer 1"]);
  });

  test("a tab says which responses are accepted", async () => {
    const url = await play({ status: 201, steps: [event(1), "silence"] });
    const [tab] = await openTabs(1, missing);
    const statuses: number[] = [];
    const accept = ({ status }: { status: number }) => statuses.push(status) > 0;
    const { source } = tab.open(url, { transport: "fetch", accept });
    await until(() => source.lastEventId === "1");
    expect(statuses).toEqual([201]);
  });

  test("a function that fails is an error in each tab", async () => {
    const url = await play({ steps: [event(1), "silence"] });
    const tabs = await openTabs(2, missing);
    const request = () => Promise.reject(new Error("no token"));
    const sources = tabs.map((tab) => tab.open(url, { transport: "fetch", request, policy: "close-on-error" }));
    const reasons: any[] = await Promise.all(sources.map(({ source }) => source.closed));
    for (const { error } of reasons) expect(error).toMatchObject({ code: "request", message: expect.stringContaining("no token") });
  });
});

test("a source with the user's fetch is led by a tab", async () => {
  const url = await play({ steps: [event(1), "silence"] });
  const [tab] = await openTabs(1, []);
  const { source } = tab.open(url, { transport: "fetch", fetch: (input: string, init: RequestInit) => fetch(input, init) });
  await until(() => source.lastEventId === "1");
  expect(source.role).toBe("leader");
  await seenFirst(url);
});

test("the recipe of the book shares with other tabs, and says who has the connection", async () => {
  const url = await play({ steps: [event(1), "silence"] });
  const source = openShared<{ message: number }>(url);
  onTestFinished(() => source.close());
  source.on("message", ignore);
  await until(() => source.lastEventId === "1");
  expect(describeRole(source)).toBe("a shared worker has the connection, for 1 tab");
  const [tab] = await openTabs(1, []);
  const { source: other } = tab.open(url, { transport: "fetch", policy: "resilient" });
  await until(() => other.tabs === 2 && source.tabs === 2);
  expect(describeRole(source)).toBe("a shared worker has the connection, for 2 tabs");
});

test("sources with different keys have separate connections, and those with the same key share", async () => {
  const url = await play({ steps: [event(1), "silence"] });
  const [tab, other] = await openTabs(2, []);
  const keyed = (key: string) => ({ transport: "fetch", tabs: { key } });
  const opened = [tab.open(url, keyed("ann")), other.open(url, keyed("ann")), other.open(url, keyed("bob"))];
  await until(() => opened.every(({ source }) => source.state.type === "open"));
  expect(opened.map(({ source }) => source.tabs)).toEqual([2, 2, 1]);
  expect(await seen(url, { attempts: 2 })).toHaveLength(2);
});

test("the worker keeps a connection as long as it is told to linger", async () => {
  const url = await play({ steps: [event(1), "wait", event(2), "silence"] });
  const [tab] = await openTabs(1, []);
  // The worker ends with its last tab.
  await openTab();
  const options = { transport: "fetch", tabs: { linger: 60_000 } };
  const { source } = tab.open(url, options);
  await until(() => source.lastEventId === "1");
  source.close();
  const again = tab.open(url, options);
  await until(() => again.source.state.type === "open");
  await release(url);
  await until(() => again.data.length);
  expect(again.data).toEqual([2]);
  expect(await seen(url, { attempts: 1 })).toHaveLength(1);
});

test("a tab that handed over nothing for long is told that events were dropped, and the others get all", async () => {
  const url = await play({ steps: [BEGIN, "wait", { repeat: { times: 12_000, send: "data: 1\n\n" } }, event(1), "silence"] });
  const tabs = await openTabs(2, []);
  const [quick, slow] = tabs.map((tab) => tab.open(url, { transport: "fetch", queue: { whenFull: "wait", capacity: 1 } }));
  if (!quick || !slow) return;
  const iteration = slow.source.events("message");
  await until(() => [quick, slow].every(({ source }) => source.tabs === 2 && source.state.type === "open"));
  await release(url);
  await until(() => quick.source.lastEventId === "1");
  expect(quick.events).toHaveLength(12_001);
  expect(slow.events.length).toBeLessThan(12_001);
  for await (const { lastEventId } of iteration) if (lastEventId === "1") break;
  expect(slow.errors).toContain("queue-overflow");
});

/** Tells a tab that it goes into the back/forward cache, or comes back. */
const dispatch = (tab: Tab, type: "pagehide" | "pageshow") =>
  tab.frame.contentWindow?.dispatchEvent(new PageTransitionEvent(type, { persisted: true }));

test("tabs that come back go on where another one has begun, over its connection", async () => {
  const url = await play({ steps: [BEGIN, "wait", event(1), "silence"] }, { steps: [event(2), event(3), "silence"] });
  const tabs = await openTabs(2, ["SharedWorker"]);
  const sources = tabs.map((tab) => tab.open(url, { transport: "fetch" }));
  await until(() => sources.every(({ source }) => source.tabs === 2 && source.state.type === "open"));
  await release(url);
  await until(() => sources.every(({ data }) => data.length === 1));
  for (const tab of tabs) dispatch(tab, "pagehide");
  await seen(url, { closed: 1 });
  for (const [index, tab] of tabs.entries()) {
    dispatch(tab, "pageshow");
    await until(() => sources[index]?.data.length === 3);
  }
  for (const { data } of sources) expect(data).toEqual([1, 2, 3]);
  expect(await seen(url, { attempts: 2 })).toHaveLength(2);
});

test("a tab that asks the server for what it missed gets all of it, though it is hidden or another tab takes over meanwhile", async () => {
  const url = await play(
    { steps: [BEGIN, "wait", event(1), "wait", event(2), event(3), "silence"] },
    { steps: [event(4), "silence"] },
    { steps: [event(2), "silence"] },
    { steps: [event(2), "silence"] },
    { steps: [event(2), event(3), event(4), event(5), "silence"] },
  );
  const frames = await openTabs(3, ["SharedWorker"]);
  const tabs = frames.map((tab) => ({ tab, listening: tab.open(url, { transport: "fetch" }) }));
  await until(() => tabs.every(({ listening: { source } }) => source.tabs === 3 && source.state.type === "open"));
  const leader = tabs.find(({ listening }) => listening.source.role === "leader");
  const [next, late] = tabs.filter((tab) => tab !== leader);
  if (!leader || !next || !late) return expect.unreachable();
  await release(url);
  await until(() => tabs.every(({ listening }) => listening.data.length === 1));
  dispatch(late.tab, "pagehide");
  await release(url);
  await until(() => next.listening.data.length === 3);
  leader.tab.close();
  await until(() => next.listening.data.length === 4);
  dispatch(late.tab, "pageshow");
  await seen(url, { attempts: 3 });
  dispatch(late.tab, "pagehide");
  dispatch(late.tab, "pageshow");
  await seen(url, { attempts: 4 });
  next.tab.close();
  await until(() => late.listening.data.length === 5);
  expect(late.listening.data).toEqual([1, 2, 3, 4, 5]);
  expect(late.listening.errors).toEqual([]);
  const ids = (await seen(url, { attempts: 5 })).map(({ headers }) => headers["last-event-id"]);
  expect(ids).toEqual([undefined, "3", "1", expect.stringMatching(/^[12]$/), expect.stringMatching(/^[12]$/)]);
});

/** The ports of the workers that a tab starts from now on. The tab listens to the second one this late, in milliseconds. */
function portsOf(tab: Tab, late = 0): MessagePort[] {
  const window = tab.frame.contentWindow as unknown as { SharedWorker: typeof SharedWorker };
  const ports: MessagePort[] = [];
  window.SharedWorker = class extends window.SharedWorker {
    constructor(...options: ConstructorParameters<typeof SharedWorker>) {
      super(...options);
      const { port } = this;
      if (ports.push(port) !== 2 || !late) return;
      const listen = (listener: MessagePort["onmessage"]) => {
        Reflect.deleteProperty(port, "onmessage");
        port.onmessage = listener;
      };
      Object.defineProperty(port, "onmessage", {
        set: (listener) => {
          setTimeout(listen, late, listener);
        },
        configurable: true,
      });
    }
  };
  return ports;
}

test("a tab whose worker fell silent goes back to a worker as soon as one answers", async () => {
  const url = await play({ steps: [event(1), "silence"] });
  const [tab] = await openTabs(1, []);
  const ports = portsOf(tab);
  const { source, events } = tab.open(url, { transport: "fetch" });
  await until(() => events.length);
  for (const port of ports) port.onmessage = null;
  const silent = performance.now();
  // The second one only shows that a worker answers.
  await until(() => ports.length === 3);
  expect(performance.now() - silent).toBeLessThan(5000);
  expect(source.role).toBe("worker");
  expect(events).toHaveLength(1);
});

test("a worker that follows on a silent one has the time to start, also without locks", async () => {
  const url = await play({ steps: [event(1), "wait", event(2), "silence"] });
  const [tab] = await openTabs(1, ["locks"]);
  const ports = portsOf(tab, 1000);
  const { source, events } = tab.open(url, { transport: "fetch" });
  await until(() => events.length);
  for (const port of ports) port.onmessage = null;
  await until(() => ports.length === 2);
  await release(url);
  await until(() => events.length === 2);
  expect(source.role).toBe("worker");
  expect(events).toHaveLength(2);
});
