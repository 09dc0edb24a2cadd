// Tabs that share a connection where there is no shared worker.

import { expect, test } from "vitest";
import { play, release, seen, until } from "../support/streams.ts";
import { type Listening, openTab } from "../support/tabs.ts";

const event = (id: number) => ({ send: `id: ${id}\ndata: ${id}\n\n` });

const BEGIN = { send: ":\n\n" };

/** Two tabs that share a stream: the one that leads, and the other. */
async function openTwo(url: string, init: object) {
  const tabs = [await openTab(["SharedWorker"]), await openTab(["SharedWorker"])];
  const sources = tabs.map((tab) => tab.open(url, { transport: "fetch", ...init }));
  await until(() => sources.every(({ source }) => source.tabs === 2 && source.state.type === "open"));
  const leads = sources.findIndex(({ source }) => source.role === "leader");
  const [leader, follower] = [sources[leads], sources[1 - leads]] as [Listening, Listening];
  return { leader, follower, followerWindow: tabs[1 - leads]?.frame.contentWindow as Window, closeLeader: () => tabs[leads]?.close() };
}

test("a tab that may have no channel has a separate connection", async () => {
  const url = await play({ steps: [event(1), "silence"] });
  const tab = await openTab(["SharedWorker", "channel"]);
  const { source, events } = tab.open(url, { transport: "fetch" });
  await until(() => events.length);
  expect(source.role).toBe("own");
});

test("an event that comes without an id is new, though the next leader sends it after an id that is known", async () => {
  const url = await play(
    { steps: [BEGIN, "wait", event(10), { send: "data: 11\n\n" }, "silence"] },
    { steps: [{ send: "data: 12\n\ndata: 13\n\n" }, "silence"] },
  );
  const { follower, closeLeader } = await openTwo(url, {});
  await release(url);
  await until(() => follower.events.length === 2);
  closeLeader();
  await until(() => follower.data.includes(13));
  expect(follower.data).toEqual([10, 11, 12, 13]);
  expect(follower.events.map(({ lastEventId }) => lastEventId)).toEqual(["10", "10", "10", "10"]);
});

test("the tab that is left leads at once, although its timers are late, as those of hidden pages are", async () => {
  const url = await play({ steps: [event(1), "silence"] }, { steps: [event(2), "silence"] });
  const { follower, followerWindow, closeLeader } = await openTwo(url, {});
  await until(() => follower.source.lastEventId === "1");
  Object.assign(followerWindow, { setTimeout: () => 0 });
  closeLeader();
  await until(() => follower.data.at(-1) === 2);
  expect(follower.source.role).toBe("leader");
});

test("bound functions of different names are different ones", async () => {
  const url = await play({ steps: [event(1), "silence"] });
  const tab = await openTab(["SharedWorker"]);
  const user = { one: () => ({ "X-Is": "one" }), other: () => ({ "X-Is": "other" }) };
  const sources = [user.one, user.other].map((headers) => tab.open(url, { transport: "fetch", headers: headers.bind(user) }));
  await until(() => sources.every(({ events }) => events.length));
  const attempts = await seen(url, { attempts: 2 });
  expect(attempts.map(({ headers }) => headers["x-is"]).sort()).toEqual(["one", "other"]);
});

const BURST = { repeat: { times: 12_000, send: "data: 1\n\n" } };

test("a follower that hands over nothing for long is told that events were dropped, and the leader gets all", async () => {
  const url = await play({ steps: [BEGIN, "wait", BURST, event(1), "silence"] });
  const { leader, follower } = await openTwo(url, { queue: { whenFull: "wait", capacity: 1 } });
  const iteration = follower.source.events("message");
  let dropped = 0;
  follower.source.onError((error) => error.code === "queue-overflow" && (dropped += error.dropped ?? 0));
  await release(url);
  await until(() => leader.source.lastEventId === "1");
  expect(leader.data).toHaveLength(12_001);
  for await (const { lastEventId } of iteration) if (lastEventId === "1") break;
  expect(dropped).toBeGreaterThan(0);
  expect(follower.events.length + dropped).toBe(12_001);
});

test("a leader without followers that consumes slowly loses nothing", async () => {
  const url = await play({ steps: [BEGIN, "wait", BURST, event(1), "silence"] });
  const tab = await openTab(["SharedWorker"]);
  const { source, events, errors } = tab.open(url, { transport: "fetch", queue: { whenFull: "wait", capacity: 1 } });
  await until(() => source.state.type === "open");
  expect(source.role).toBe("leader");
  let consumed = 0;
  const iteration = source.events("message");
  await release(url);
  await until(() => events.length);
  for await (const { lastEventId } of iteration) {
    consumed += 1;
    if (lastEventId === "1") break;
  }
  expect([consumed, events.length, errors]).toEqual([12_001, 12_001, []]);
});

test("a follower that has yet to hand over the end opens no further connection", async () => {
  const url = await play({ steps: [BEGIN, "wait", event(1), event(2), event(3), { send: "event: done\ndata: 0\n\n" }, "silence"] });
  const { leader, follower } = await openTwo(url, { terminalEvent: "done", queue: { whenFull: "wait", capacity: 1 } });
  const iteration = follower.source.events("message");
  await release(url);
  expect(await leader.source.closed).toEqual({ type: "finished" });
  // Nobody leads or waits to lead.
  let names: (string | undefined)[] = [];
  const query = async () => {
    const { held = [], pending = [] } = await navigator.locks.query();
    names = [...held, ...pending].map(({ name }) => name).filter((name) => /^typed-eventsource.* [\da-f]{50,}$/.test(name ?? ""));
    return names.length === 0;
  };
  await expect.poll(query, { timeout: 60_000 }).toBe(true);
  expect(follower.source.state.type).toBe("open");
  const got: unknown[] = [];
  for await (const { data } of iteration) got.push(data);
  expect(got).toEqual([1, 2, 3]);
  expect(await follower.source.closed).toEqual({ type: "finished" });
  expect(await seen(url, { closed: 1 })).toHaveLength(1);
});
