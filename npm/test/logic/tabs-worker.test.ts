// The script of the shared worker, with ports that stand for tabs.

import { afterEach, expect, test, vi } from "vitest";

const requests: Request[] = [];

async function fetchStub(request: Request) {
  requests.push(request);
  return new Response(new ReadableStream(), { headers: { "Content-Type": "text/event-stream" } });
}

let connect: (event: object) => void = () => {};
vi.stubGlobal("addEventListener", (type: string, callback: () => void) => type === "connect" && (connect = callback));
vi.stubGlobal("fetch", fetchStub);
await import("../../src/tabs/typed-eventsource-worker.js");

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) {
    port.postMessage(["leave"]);
    port.close();
  }
});

/** A tab with a function `headers`, and what it was told. It answers as the test says. */
function join(key: string) {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1);
  const told: [name: string, ...details: any[]][] = [];
  const tab = {
    told,
    answers: {} as { [name: string]: (call: number) => void },
    post: (...message: unknown[]) => port1.postMessage(message),
    of: (name: string) => told.filter(([one]) => one === name),
  };
  port1.onmessage = ({ data: [name, ...details] }) => {
    told.push([name, ...details]);
    tab.answers[name]?.(details[0]);
  };
  const position = { term: 0, number: 0, lastEventId: "" };
  const introduction = { tab: key, name: key, position, names: ["message"], listensToAll: false, tracksIds: false, isHidden: false };
  const settings = { isFetch: true, isRepeatable: true, policy: {}, transport: "fetch" };
  connect({ ports: [port2] });
  tab.post("join", introduction, key, "http://localhost/events", settings, ["headers"]);
  return tab;
}

const until = (condition: () => unknown) => vi.waitUntil(condition, { timeout: 60_000, interval: 5 });

const answerWith = (tab: ReturnType<typeof join>, name: string) => (call: number) => {
  tab.post("heard", call);
  tab.post("answer", call, [["X-Tab", name]]);
};

test("a tab that hears a call and is suspended is not waited for if there is another", async () => {
  const one = join("suspended");
  one.answers.call = (call) => one.post("heard", call);
  await until(() => one.of("call").length);
  const other = join("suspended");
  other.answers.call = answerWith(other, "other");
  await until(() => requests.some(({ headers }) => headers.get("x-tab") === "other"));
  // If the first one goes on, it is told that nobody waits.
  await until(() => one.of("abort").length);
});

test("a tab that takes long is waited for, and asked once", async () => {
  const one = join("slow");
  const other = join("slow");
  const hear = (call: number) => one.post("heard", call);
  one.answers.call = hear;
  one.answers.pending = (call) => (one.of("pending").length < 3 ? hear(call) : answerWith(one, "slow")(call));
  await until(() => requests.some(({ headers }) => headers.get("x-tab") === "slow"));
  expect([one.of("call").length, other.of("call").length]).toEqual([1, 0]);
});

test("the only tab is waited for, however late it hears the call", async () => {
  const tab = join("late");
  tab.answers.pending = answerWith(tab, "late");
  await until(() => requests.some(({ headers }) => headers.get("x-tab") === "late"));
  expect(tab.of("entries").flatMap(([, , , entries]) => entries.filter(([, kind]: number[]) => kind === 2))).toEqual([]);
});
