// Ids, names and options that try to inject something: the server gets the very value, or an error refuses it at once.

import { EventSource, type EventSourceInit, type FetchInit } from "typed-eventsource";
import { describe, expect, test } from "vitest";
import * as streams from "../support/streams.ts";
import { TRANSPORTS, ignore, play, release, seen, seenFirst } from "../support/streams.ts";

const open = (url: string, init?: Partial<FetchInit>) => streams.open(url, { transport: "fetch", ...init });

/** The code of the error that refuses a request before it is made. */
function refusal(url: string, init: Partial<FetchInit>) {
  try {
    new EventSource(url, { transport: "fetch", ...init }).close();
    return "taken";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe.each(TRANSPORTS)("over %s", (transport) => {
  const openOver = (url: string, init?: Partial<EventSourceInit>) => streams.open(url, { transport, ...init } as Partial<EventSourceInit>);

  const names = ["since", "a&b=c", "#?%26", "é 🦀", "\r\nX-Evil: 1", "\0", "\uD800"];
  const ids = ["7&x=1#y", "%00%0D%0A", "+ ?=", "日本🦀", "1&admin=true#é\u0001 +%00/../?x"];

  test.each(names)("any text in a resume parameter or an id stays one parameter: %j", async (name) => {
    for (const id of ids) {
      const url = await play({ steps: [{ send: `id: ${id}\ndata: 1\n\ndata: {\n\n` }, "silence"] }, { steps: ["silence"] });
      const rule = () => ({ type: "reopen", after: 10 }) as const;
      const source = openOver(`${url}?other=1`, { resumeParameter: name, policy: { rule } });
      source.onError(ignore);
      source.on("message", ignore);
      const [, attempt] = await seen(url, { attempts: 2 });
      const { pathname, searchParams } = new URL(attempt.path, url);
      expect([...searchParams]).toEqual([
        ["other", "1"],
        [name.replace("\uD800", "\uFFFD"), id],
      ]);
      expect(pathname).toBe(new URL(url).pathname);
      expect(attempt.path).toMatch(/^[!-~]+$/);
      expect(attempt.headers).not.toHaveProperty("x-evil");
      source.close();
    }
  });

  test("events may have the names of an object's properties", async () => {
    const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "日本🦀", "<script>", "on"];
    // Firefox's own source does not deliver an event whose name has a NUL.
    if (transport === "fetch") names.push("\0", "a\0b");
    const send = names.map((name) => `event: ${name}\ndata: {"__proto__":{"polluted":1},"constructor":7}\n\n`).join("");
    const url = await play({ steps: ["wait", { send: `${send}event: bye\ndata: 0\n\n` }, "silence"] });
    const source = openOver(url, { terminalEvent: "bye" });
    const told: unknown[] = [];
    const events = source.events(...(names as [string]));
    for (const name of names) {
      source.on(name, ({ type, data }) => told.push([type, Object.keys(data as object), (data as { polluted?: number }).polluted]));
    }
    await release(url);
    const iterated: string[] = [];
    for await (const { type } of events) iterated.push(type);
    expect(told).toEqual(names.map((name) => [name, ["__proto__", "constructor"], undefined]));
    expect(iterated).toEqual(names);
    expect({}).not.toHaveProperty("polluted");
  });
});

test.each([
  ...[..."\r\n\0"].map((end) => ["X-One", `1${end}2`]),
  ...["1\r\nX-Evil: 1", "日本", "\uD800"].map((value) => ["X-One", value]),
  ...["X-One\r\nX-Evil", "X-One:", "X One", "", "X-Öne", "X-\0"].map((name) => [name, "1"]),
] as [string, string][])("a header that would inject another one is refused: %j: %j", async (name, value) => {
  const url = await play({ steps: ["silence"] });
  expect(refusal(url, { headers: { [name]: value } })).toBe("invalid-request");
  expect(refusal(url, { headers: [[name, value]] })).toBe("invalid-request");
  // Headers that a function makes are refused at the attempt.
  const source = open(url, { headers: () => ({ [name]: value }), policy: "resilient" });
  source.onError(ignore);
  expect(await source.closed).toMatchObject({ error: { code: "invalid-request" } });
  expect(await seen(url, {})).toEqual([]);
});

test("white space around a header's value is not sent", async () => {
  const url = await play({ steps: ["silence"] });
  open(url, { headers: { "X-One": " \t1é\r\n" } });
  // Headers have one byte for each character, though this server reads UTF-8.
  expect((await seenFirst(url)).headers["x-one"]).toBe("1\uFFFD");
});

test.each(["7\r\nX-Evil: 1", "a\nb", "a\rb", "a\0b"])("a `lastEventId` that cannot be a header is refused: %j", async (lastEventId) => {
  const url = await play({ steps: ["silence"] });
  expect(refusal(url, { lastEventId })).toBe("invalid-request");
  expect(await seen(url, {})).toEqual([]);
});

test("a lone surrogate in a `lastEventId` is sent as U+FFFD", async () => {
  const url = await play({ steps: ["silence"] });
  open(url, { lastEventId: "é\uD800" });
  expect((await seenFirst(url)).headers["last-event-id"]).toBe("é\uFFFD");
});

test.each(["GET / HTTP/1.1\r\nX-Evil: 1", "GET\r\n", "GET\0", "", "GÉT", "CONNECT", "TRACE", "track"])(
  "an invalid method is refused: %j",
  async (method) => {
    const url = await play({ steps: ["silence"] });
    expect(refusal(url, { method })).toBe("invalid-request");
    expect(await seen(url, {})).toEqual([]);
  },
);
