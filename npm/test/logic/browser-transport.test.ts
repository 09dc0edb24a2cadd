// The browser transport over a class that imitates the browser's own `EventSource`.

import { EventSource } from "typed-eventsource";
import { beforeEach, describe, expect, test, vi } from "vitest";

const URL = "http://prices.test/";

/** The imitations that were made in a test. */
let made: Imitation[] = [];

/** It does not tell which events have an `id` field, as a browser does not. */
class Imitation extends EventTarget {
  static CLOSED = 2;
  readyState = 0;
  onopen: ((event: Event) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  constructor(readonly url: string) {
    super();
    made.push(this);
  }
  close() {}
  open() {
    this.onopen?.(new Event("open"));
  }
  message(data: number, lastEventId: string, origin = "") {
    this.dispatchEvent(new MessageEvent("message", { data: String(data), lastEventId, origin }));
  }
  giveUp() {
    this.readyState = 2;
    this.onerror?.(new Event("error"));
  }
}

beforeEach(() => {
  made = [];
  vi.unstubAllGlobals();
});

test("a source is blocked which the browser refuses to make, as WebKit does where the page's policy blocks the URL", () => {
  class Refusing {
    constructor() {
      throw new DOMException("The operation is insecure.", "SecurityError");
    }
  }
  vi.stubGlobal("EventSource", Refusing);
  expect(() => new EventSource(URL)).toThrow(expect.objectContaining({ code: "blocked", directive: "connect-src" }));
});

test("an empty id of the browser's own source resets the position", async () => {
  vi.stubGlobal("EventSource", Imitation);
  const policy = { preset: "resilient", backoff: { initial: 10, jitter: false } } as const;
  const source = new EventSource(URL, { resumeParameter: "from", deduplicate: 10, policy });
  const told: unknown[] = [];
  source.on("message", ({ data }) => told.push(data));
  source.onError(() => {});
  const untilMade = (count: number) => vi.waitUntil(() => made.length === count);
  const [first] = made;
  first.open();
  first.message(5, "5");
  first.giveUp();
  await untilMade(2);
  const second = made[1];
  second.open();
  // A new source of the browser tells an empty id until an event has one.
  second.message(6, "");
  expect(source.lastEventId).toBe("5");
  second.message(7, "7");
  second.message(8, "");
  expect(source.lastEventId).toBe("");
  second.giveUp();
  await untilMade(3);
  source.close();
  expect(made.map(({ url }) => url)).toEqual([URL, `${URL}?from=5`, URL]);
  expect(told).toEqual([5, 6, 7, 8]);
});

test("the browser's own class is the one that is there when a source is opened", () => {
  const errors: string[] = [];
  const open = () => {
    try {
      const source = new EventSource(URL);
      source.close();
    } catch (error) {
      errors.push((error as { code: string }).code);
    }
    return made.length;
  };
  // In Node.js there is none.
  expect(open()).toBe(0);
  vi.stubGlobal("EventSource", Imitation);
  expect(open()).toBe(1);
  // A page may put this package's class in its place. The class may not open itself.
  vi.stubGlobal("EventSource", EventSource);
  expect(open()).toBe(1);
  expect(errors).toEqual(["unsupported", "unsupported"]);
});

test("events have the origin of their response", () => {
  vi.stubGlobal("EventSource", Imitation);
  const source = new EventSource(URL);
  const told: unknown[] = [];
  source.on("message", ({ origin, lastEventId }) => told.push([origin, lastEventId]));
  const [only] = made;
  only.open();
  only.message(1, "1", "http://one.test");
  only.message(2, "2", "http://one.test");
  only.open();
  only.message(3, "2", "http://two.test");
  source.close();
  expect(told).toEqual([
    ["http://one.test", "1"],
    ["http://one.test", "2"],
    ["http://two.test", "2"],
  ]);
});

test("a line on the console says how many errors of its kind before it had no line", () => {
  vi.stubGlobal("EventSource", Imitation);
  const report = vi.spyOn(console, "error").mockImplementation(() => {});
  const clock = vi.spyOn(performance, "now");
  const source = new EventSource(`${URL}spoilt`, { parse: () => JSON.parse("{") });
  source.on("message", () => {});
  const [only] = made;
  for (const [minutes, times] of [
    [0, 64],
    [0.9, 1],
    [1, 2],
    [3, 1],
    [3.5, 5],
  ]) {
    clock.mockReturnValue(minutes * 60_000);
    for (let time = 0; time < times; time += 1) only.message(0, "");
  }
  source.close();
  const decode = ["typed-eventsource:", expect.objectContaining({ code: "decode" })];
  const counts = ["(and 64 more of this kind)", "(and 1 more of this kind)", "(and 4 more of this kind)"];
  expect(report.mock.calls).toEqual([decode, ...counts.map((count) => [...decode, count])]);
  report.mockRestore();
  clock.mockRestore();
});

test("sources of one URL open at a bounded rate, and those of different URLs do not wait for each other", () => {
  vi.stubGlobal("EventSource", Imitation);
  const report = vi.spyOn(console, "error").mockImplementation(() => {});
  const sources = Array.from({ length: 60 }, (_, index) => new EventSource(`${URL}#${index}`));
  expect(made).toHaveLength(60);
  sources.push(...Array.from({ length: 60 }, () => new EventSource(`${URL}one`)));
  expect(made).toHaveLength(80);
  expect(report.mock.calls.map((texts) => texts.join(" "))).toEqual([expect.stringContaining("one a second")]);
  for (const source of sources) source.close();
  report.mockRestore();
});

test("a browser's source that has no `url`, such as a mock, gives up with an error", async () => {
  vi.stubGlobal("EventSource", Imitation);
  const source = new EventSource(URL);
  source.onError(() => {});
  Reflect.deleteProperty(made[0], "url");
  made[0].giveUp();
  expect(await source.closed).toMatchObject({ type: "policy", error: { code: "given-up", url: URL } });
});

describe("the id of a message", () => {
  /** How often it is read for a listener that is called with two messages. The listener is made of its text, in which `see` counts calls. */
  function reads(text: string, data = "1") {
    vi.stubGlobal("EventSource", Imitation);
    const source = new EventSource(URL);
    const see = vi.fn();
    source.on("message", new Function("see", `return ${text}`)(see));
    let count = 0;
    for (const id of ["6", "7"]) {
      const message = new MessageEvent("message", { data });
      Object.defineProperty(message, "lastEventId", { get: () => ((count += 1), id) });
      made[0].dispatchEvent(message);
    }
    expect(see).toHaveBeenCalledTimes(2);
    const reads = count;
    expect(source.lastEventId).toBe("7");
    source.close();
    return reads;
  }

  test.each([
    "({ data }) => see(data)",
    "({data:e})=>see(e)",
    "({ type, data }) => see(data)",
    "({\n  data,\n}) => see(data)",
    "({ data: { length } }) => see(length)",
    "async ({ data }) => see(data)",
    "async({data:e})=>see(e)",
  ])("is not read for %s, and it is known all the same", (text) => {
    expect(reads(text)).toBe(0);
  });

  test("is read once for a listener that sees it", () => {
    expect(reads("(event) => see(event)")).toBe(2);
  });

  test("is read at once if the data is large, which is not kept", () => {
    expect(reads("({ data }) => see(data)", JSON.stringify("x".repeat(5000)))).toBe(2);
  });
});
