// The data of many events of a chunk is parsed at once. What listeners hear is what they would hear event by event.

import { EventSource } from "typed-eventsource";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { seededRandom } from "./reentry/course.ts";

beforeEach(() => {
  vi.spyOn(console, "info").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const encoder = new TextEncoder();

let opened = 0;

/** Opens a source whose response has these chunks. */
function open(chunks: Uint8Array<ArrayBuffer>[], init: object = {}) {
  const body = new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  vi.stubGlobal("fetch", async () => new Response(body, { headers: { "content-type": "text/event-stream" } }));
  return new EventSource(`http://prices.test/#${(opened += 1)}`, { transport: "fetch", endOfBody: "finished", ...init } as object);
}

const eventOf = (data: string, name = "message") => encoder.encode(`event: ${name}\n${data.replace(/^/gm, "data: ")}\n\n`);

function joined(chunks: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** What listeners hear of a stream of these data. */
async function heard(data: string[], cut: (events: Uint8Array<ArrayBuffer>[]) => Uint8Array<ArrayBuffer>[], init?: object) {
  const told: unknown[] = [];
  const source = open(cut(data.map((text) => eventOf(text))), init);
  source.on("message", (event) => told.push(event.data));
  source.onError(({ code, message }) => told.push([code, message]));
  await source.closed;
  return told;
}

const atOnce = (events: Uint8Array[]) => [joined(events)];
const oneByOne = (events: Uint8Array<ArrayBuffer>[]) => events;

const objects = Array.from({ length: 100 }, (_, n) => `{"n":${n},"text":"é \\"[{","list":[{"n":1},[]]}`);

test.skipIf(process.env.ENGINE === "javascript")("many events are parsed by a few calls of JSON.parse", async () => {
  const parse = vi.spyOn(JSON, "parse");
  const told = await heard(objects, atOnce);
  const { length } = parse.mock.calls;
  parse.mockRestore();
  expect(told).toEqual(objects.map((text) => JSON.parse(text)));
  expect(length).toBeLessThan(5);
});

test.each(
  [
    ["{}{}"],
    ["{},{}"],
    ["{},{},{}", '{"a":[', "]}"],
    ['["a', 'b"]', "[1],[2]"],
    ["[1", "2]", "[3],[4]"],
    ["]", "[", "[]"],
    ["1,2", "[3", "4]"],
    ["[0],[0]", "[1", "[2]]"],
    ["[1", "[2]]", "[3],[4]"],
    ["{},{}", '{"a":"', '{"}'],
    ['["a\\', '["]', "[],[]"],
    ['{"a":[', "[],[]", "{}]}", "{},{},{}"],
    ["1 2"],
    [""],
    ["", "1,2"],
    ["\u{FEFF}{}"],
    ["{}\u{FEFF}"],
    ['{"a":"\\"}', '{"b":"\\"}'],
    ['{"a":"\\\\"}'],
    ['{"__proto__":{"a":1},"a":2,"a":3}'],
    ["[DONE]"],
    ["{]", "[}"],
    ["[\n1,\n2]"],
    ["null", "1e999", "-0", '"text"', "true"],
    ['{"a":"\u0000"}'],
    [`[${'"x",'.repeat(3000)}1]`],
    ["[".repeat(2000) + "]".repeat(2000)],
  ].map((data) => [data.join(" | ").slice(0, 40), data] as const),
)("%s beside others is what it is alone", async (_, data) => {
  const all = ["[0]", '{"first":1}', ...data, '{"last":1}', "[9]"];
  const told = await heard(all, atOnce);
  expect(told).toEqual(await heard(all, oneByOne));
  expect(told).toContainEqual({ last: 1 });
});

test("values are separate objects, also if their texts are the same", async () => {
  const source = open([joined([eventOf("{}"), eventOf("{}")])]);
  const told: any[] = [];
  source.on("message", ({ data }) => {
    told.push(structuredClone(data));
    (data as any).changed = true;
  });
  await source.closed;
  expect(told).toEqual([{}, {}]);
});

// The same course is run with all events in one chunk, in random chunks, and with a chunk for each, where none is parsed with others.
test("what listeners hear and do is the same for each way to cut the chunks", async () => {
  const DATA = [
    "{}",
    "[1]",
    '{"a":"]}"}',
    '{"é":[{}]}',
    "{},{}",
    "[1",
    "2]",
    "1",
    "",
    "[DONE]",
    '["',
    '"]',
    "{]",
    "[\n2]",
    "[1",
    "[2]]",
    "[],[]",
  ];
  const NAMES = ["message", "a", "text", "skip", "own", "checked", "unknown"];
  const schema = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value: unknown) => (Array.isArray(value) ? { value } : { issues: [{ message: "no array" }] }),
    },
  };
  let hearings = 0;
  for (let seed = 0; seed < 60; seed += 1) {
    const random = seededRandom(seed);
    const anyOf = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)];
    const isClean = random() < 0.3;
    const events = Array.from({ length: 5 + Math.floor(random() * 150) }, (_, index) => {
      const id = random() < 0.5 ? `id: ${index}\n` : "";
      const data = isClean ? `{"n":${index}}` : random() < 0.9 ? anyOf(DATA.slice(0, 4)) : anyOf(DATA);
      return joined([encoder.encode(id), eventOf(data, random() < 0.6 ? "message" : anyOf(NAMES))]);
    });
    const acts = Array.from({ length: 20 }, () => (random() < 0.3 ? anyOf(["add", "remove", "throw", "all", "close", "add", "add"]) : ""));
    const isDom = random() < 0.1;
    const run = async (chunks: Uint8Array<ArrayBuffer>[]) => {
      const journal: unknown[] = [];
      const undos: (() => void)[] = [];
      let calls = 0;
      vi.stubGlobal("reportError", (error: Error) => journal.push(error.message));
      const source = open(chunks, {
        parse: { text: "text", skip: "skip", own: (text: string) => `own ${text}` },
        schemas: { checked: schema },
      });
      const act = (number: number) => {
        calls += 1;
        const what = acts[(calls * 7) % acts.length];
        if (what === "add") listen(NAMES[(calls + number) % NAMES.length]);
        else if (what === "remove") undos.splice(calls % undos.length, 1)[0]?.();
        else if (what === "all") undos.push(source.onAny(({ type, data }) => void journal.push(["all", type, data])));
        else if (what === "close" && calls > 15) source.close();
        else if (what === "throw") throw new Error(`${number} throws`);
      };
      const listen = (name: string) => {
        const number = undos.length;
        if (number > 12) return;
        undos.push(
          number % 2
            ? source.on(name, ({ data }) => (journal.push([number, name, data]), act(number)))
            : source.on(name, (event) => (journal.push([number, event]), act(number))),
        );
      };
      for (const name of ["message", "checked", "own", "a"]) listen(name);
      if (isDom) source.addEventListener("message", ({ data }) => journal.push(["dom", data]));
      source.onError(({ code, message }) => journal.push([code, message]));
      await source.closed;
      journal.push(source.lastEventId);
      return journal;
    };
    const bytes = joined(events);
    const cuts: Uint8Array<ArrayBuffer>[] = [];
    for (let at = 0; at < bytes.length;) cuts.push(bytes.slice(at, (at += 1 + Math.floor(random() * 600))));
    const one = await run(events);
    expect({ seed, journal: await run([bytes]) }).toEqual({ seed, journal: one });
    expect({ seed, journal: await run(cuts) }).toEqual({ seed, journal: one });
    hearings += one.length;
  }
  expect(hearings).toBeGreaterThan(2000);
});
