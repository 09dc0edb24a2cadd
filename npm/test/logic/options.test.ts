// Options are checked at once, including the spelling of their names.

import { EventSource, type EventSourceInit } from "typed-eventsource";
import { describe, expect, test } from "vitest";
import { TRANSPORTS, ignore, open } from "../support/fake-server.ts";

/** What every error of a wrong option has. */
const INVALID = { name: "EventSourceError", code: "invalid-option" };

const WRONG: Record<string, unknown[]> = {
  policy: [7, null, true],
  "policy.preset": ["tough", 1],
  "policy.closeAfterLosses": [-1, 1.5, "1", 2 ** 32],
  "policy.closeWhenDownFor": [-1, "1", NaN],
  "policy.givenUp": ["wait", true],
  "policy.retryStatuses": [503, [99], [600], ["503"], "503"],
  "policy.refreshStatuses": [401, [99], ["401"]],
  "policy.refreshTimeout": [-1, "1", NaN],
  "policy.reconnectionTime": [-1, "1", null],
  "policy.maxServerDelay": [-1, "1", NaN],
  "policy.backOffAfterLosses": [1, "true"],
  "policy.resend": [1],
  "policy.reopenOnWake": ["yes"],
  "policy.pauseWhenHidden": [-1, "1", NaN, true],
  "policy.backoff": [1, "slow", null],
  "policy.backoff.initial": [-1, "1"],
  "policy.backoff.factor": ["2", NaN],
  "policy.backoff.max": [-1, {}],
  "policy.backoff.jitter": [1, null],
  "policy.backoff.maxAttempts": [-1, 0.5, Infinity],
  "policy.backoff.maxElapsed": [-1, NaN],
  "policy.backoff.intial": [1, undefined],
  "policy.closeAfterDecodeErrors": [-1, "3"],
  "policy.idle": [1000, "close", { after: 1 }, { then: "close" }, {}],
  "policy.idle.after": [-1, "1"],
  "policy.idle.then": ["wait"],
  "policy.idle.than": ["close"],
  "policy.opening": [1000, { after: 1 }],
  "policy.opening.after": [-1],
  "policy.opening.then": [true],
  "policy.healthyAfter": [-1, "1"],
  "policy.rule": ["close", {}],
  "policy.rules": [() => {}],
  parse: ["xml", "skip", 1, null],
  "parse.price": ["xml", 1, {}],
  skipEmpty: [1, "message"],
  closeAfterLoop: [1, "break"],
  diagnose: [1, "yes"],
  onUnauthorized: [true, {}],
  renewBefore: [0, new Date()],
  schemas: [1, "zod", null],
  queue: [10, null],
  "queue.capacity": [-1, 1.5, "1", NaN],
  "queue.whenFull": ["drop"],
  "queue.size": [1],
  deduplicate: [-1, 1.5, true, "9", NaN],
  resumeParameter: [1, null],
  terminalEvent: [1],
  terminalData: [null],
  shared: [1, "tab"],
  tabs: [1, null],
  "tabs.linger": [-1, "1"],
  "tabs.key": [1, null],
  "tabs.other": [1],
  signal: [7, {}],
  transport: ["xhr", null],
  maxEventSize: [-1, "1"],
  maxErrorBodySize: [-1, "1"],
  accept: [true, "text/plain"],
  lastEventId: [7],
  method: [1],
  body: [new ReadableStream()],
  terminalevent: ["bye"],
  onmessage: [() => {}],
};

/** Options of a source with this value at this path. */
function optionsWith(path: string, value: unknown): EventSourceInit {
  const [name = "", ...outer] = path.split(".").reverse();
  const others = /idle|opening/.test(path) && outer.length === 2 ? { after: 1, then: "close" } : {};
  const options = outer.reduce<object>((inner, step) => ({ [step]: inner }), { ...others, [name]: value });
  return (path === "transport" ? options : { transport: "fetch", ...options }) as EventSourceInit;
}

test.each(Object.entries(WRONG))("a wrong `%s` is refused by its path", (path, values) => {
  for (const value of values) {
    const make = () => new EventSource("/x", optionsWith(path, value));
    expect(make).toThrow(expect.objectContaining({ ...INVALID, message: expect.stringContaining(`\`${path}\``) }));
  }
});

test("the error of a wrong option says its value and what it can be", () => {
  const refusal = (init: unknown) => {
    expect(() => new EventSource("/x", init as EventSourceInit)).toThrow(expect.objectContaining(INVALID));
    return expect(() => new EventSource("/x", init as EventSourceInit));
  };
  // The browser's own `EventSource` throws a `TypeError` too.
  expect(() => new EventSource("/x", 7 as unknown as EventSourceInit)).toThrow(new TypeError("EventSource: 7 is not an object"));
  refusal({ policy: "tough" }).toThrow("tough");
  refusal({ policy: { healthyAfter: -1 } }).toThrow("-1");
  refusal({ policy: { idle: { after: 1 } } }).toThrow("needs `after` and `then`");
  refusal({ shared: 1 }).toThrow('`shared` is 1, not true, false or "tabs"');
  refusal({ method: "POST" }).toThrow('`method` needs `transport: "fetch"`');
});

test("values that an earlier version wrote in camelCase are accepted", () => {
  const init = { policy: "closeOnError", queue: { whenFull: "dropOldest" } } as unknown as EventSourceInit;
  expect(() => new EventSource("/x", init)).not.toThrow();
});

test.each([
  ["with a line feed", "a\nb", "line end"],
  ["with a carriage return", "a\rb", "line end"],
  ["that is empty", "", "`message`"],
])("a name of an event %s is refused", (_, name, hint) => {
  const source = open("fetch");
  const refusal = { name: "EventSourceError", code: "invalid-event-name", message: expect.stringContaining(hint) };
  expect(() => source.on(name, ignore)).toThrow(expect.objectContaining(refusal));
  expect(() => source.events(name)).toThrow(expect.objectContaining(refusal));
  expect(() => open("fetch", { terminalEvent: name })).toThrow(expect.objectContaining(refusal));
  expect(() => open("fetch", { failureEvent: name })).toThrow(expect.objectContaining(refusal));
});

test("an iteration needs a name", () => {
  const events = open("fetch").events as () => unknown;
  expect(() => events()).toThrow(expect.objectContaining({ ...INVALID, message: "`events` needs names of events" }));
});

describe.each(TRANSPORTS)("over %s", (transport) => {
  test.each<[string, Partial<EventSourceInit> | undefined]>([
    ["no options", undefined],
    ["empty options", {}],
    ["a preset", { policy: "close-on-error" }],
    ["zeros", { deduplicate: 0, queue: { capacity: 0 } }],
    ["undefined and null in place of values", { policy: undefined, parse: undefined, signal: null }],
    [
      "every option of a policy",
      {
        policy: {
          preset: "resilient",
          closeAfterLosses: 0,
          closeWhenDownFor: Infinity,
          givenUp: "close",
          retryStatuses: [],
          refreshStatuses: [],
          refreshTimeout: 0,
          reconnectionTime: 0,
          maxServerDelay: 0,
          backOffAfterLosses: false,
          resend: true,
          reopenOnWake: false,
          pauseWhenHidden: 0,
          closeAfterDecodeErrors: 4294967295,
          backoff: { initial: 0, factor: 0.5, max: Infinity, jitter: true, maxAttempts: 0, maxElapsed: 0 },
          idle: { after: 0.5, then: "reopen" },
          opening: { after: Infinity, then: "keep-waiting" },
          healthyAfter: 0,
          rule: () => {},
        },
      },
    ],
  ])("a source takes %s", (_, options) => {
    expect(open(transport, options).state).toEqual({ type: "connecting" });
  });
});

test("a source takes `null` for options", () => {
  expect(new EventSource("/x", null as never).state).toEqual({ type: "connecting" });
});

test("an invalid URL is refused with the DOM's `SyntaxError`", () => {
  expect(() => new EventSource("http://[")).toThrow(
    expect.objectContaining({ name: "SyntaxError", message: expect.stringContaining("http://[") }),
  );
});
