// Listeners that can see only the data of an event cost no look at its id. Any other listener gets the whole event.

import { describe, expect, test, vi } from "vitest";
import { TRANSPORTS, open, server } from "../support/fake-server.ts";

type Listener = (event: any) => unknown;

/** Makes a listener of its text, in which `see` is told what it sees. */
const made = (text: string, see: (seen: unknown) => void): Listener => new Function("see", `return ${text}`)(see);

const SEES_ID = [
  "(event) => see(event.lastEventId)",
  "event => see(event.lastEventId)",
  "async (event) => see(event.lastEventId)",
  "(...events) => see(events[0].lastEventId)",
  "(event = 1) => see(event.lastEventId)",
  "(event, other = event.lastEventId) => see(other)",
  "({ lastEventId }) => see(lastEventId)",
  "({ data, lastEventId: id }) => see(id)",
  "({\n  data,\n  lastEventId,\n}) => see(lastEventId)",
  "({ data, ...others }) => see(others.lastEventId)",
  "({ ['lastEvent' + 'Id']: id }) => see(id)",
  "({ 'lastEventId': id }) => see(id)",
  "({ l\\u0061stEventId: id }) => see(id)",
  "({ l\\u{61}stEventId: id }) => see(id)",
  "(/* ({ data }) => */ event) => see(event.lastEventId)",
  "(event /* => */) => see(event.lastEventId)",
  "(event, { data } = event) => see(event.lastEventId)",
  "function () { see(arguments[0].lastEventId); }",
  "function ({ data }) { see(arguments[0].lastEventId); }",
  "(function ({ data }) { see(arguments[0].lastEventId); }).bind(null)",
  "({ async({ data }) { see(arguments[0].lastEventId); } }).async",
  "({ '({ data }) =>'(event) { see(event.lastEventId); } })['({ data }) =>']",
  "new Proxy(({ data }) => data, { apply: (target, self, [event]) => see(event.lastEventId) })",
  "Object.assign((event) => see(event.lastEventId), { toString: () => '({ data }) => data' })",
];

describe.each(TRANSPORTS)("over %s", (transport) => {
  test.each(SEES_ID)("%s sees the id", (text) => {
    const seen: unknown[] = [];
    open(transport).on(
      "note",
      made(text, (what) => seen.push(what)),
    );
    server.sendWithId("note", "1", "7");
    expect(seen).toEqual(["7"]);
  });

  test("a mock and a listener to all events see the id, beside a listener that does not", () => {
    const source = open(transport);
    const mock = vi.fn();
    source.on("note", ({ data }) => data);
    source.on("note", mock);
    if (transport === "fetch") source.onAny(mock);
    server.sendWithId("note", "1", "7");
    expect(mock.mock.calls.map(([{ lastEventId }]) => lastEventId)).toEqual(transport === "fetch" ? ["7", "7"] : ["7"]);
  });

  test("an iteration sees the id, beside a listener that does not", async () => {
    const source = open(transport);
    source.on("note", ({ data }) => data);
    const iterator = source.events("note");
    server.sendWithId("note", "1", "7");
    expect((await iterator.next()).value).toMatchObject({ lastEventId: "7" });
  });
});
