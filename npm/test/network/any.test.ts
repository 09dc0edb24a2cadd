// `onAny` over real responses, and the hint at events that nobody listens to.

import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ignore, next, open, play, release, until } from "../support/streams.ts";

const event = (name: string, data: string, id?: string) => `${id === undefined ? "" : `id: ${id}\n`}event: ${name}\ndata: ${data}\n\n`;

const LONG = "x".repeat(600_000);
/** Events of many names, with a long one in the middle. */
const STREAM = [
  ":\n\n",
  event("a", '"1"', "1"),
  event("b", '"2"'),
  event("é", '"3é"', "3"),
  event("a", `"${LONG}"`),
  "data: [\ndata: 4]\n\n",
  event("\uFFFD😀", '"5"', ""),
  event("b", '"6"', "6"),
].join("");
const EXPECTED = [
  ["a", "1", "1"],
  ["b", "2", "1"],
  ["é", "3é", "3"],
  ["a", LONG, "3"],
  ["message", [4], "3"],
  ["\uFFFD😀", "5", ""],
  ["b", "6", "6"],
];

const fetching = { transport: "fetch" } as const;

describe("over fetch", () => {
  test.each([
    ["nobody else", []],
    ["handlers of some names", ["a", "message"]],
    ["handlers of all names", ["a", "b", "é", "message", "\uFFFD😀"]],
  ])("every event is delivered beside %s", async (_, names) => {
    const source = open(await play({ steps: [{ send: STREAM }, "silence"] }), fetching);
    const [any, on]: unknown[][] = [[], []];
    for (const name of names) source.on(name, ({ data }) => on.push([name, data]));
    source.onAny(({ type, data, lastEventId }) => any.push([type, data, lastEventId]));
    await until(() => any.length === EXPECTED.length);
    expect(any).toEqual(EXPECTED);
    expect(on).toEqual(EXPECTED.filter(([name]) => names.includes(name as string)).map(([name, data]) => [name, data]));
  });

  test("a listener that is added in the middle of a chunk hears the next event, and one that is removed hears none", async () => {
    const send = [1, 2, 3, 4, 5, 6].map((n) => event(n % 2 ? "odd" : "even", `${n}`, `${n}`)).join("") + event("end", "7");
    const source = open(await play({ steps: [{ send }, "silence"] }), fetching);
    const told: string[] = [];
    let undoAny = ignore;
    const undoOdd = source.on("odd", ({ data }) => {
      told.push(`odd ${data}`);
      if (data === 1) undoAny = source.onAny(({ data, lastEventId }) => told.push(`any ${data} ${lastEventId}`));
      if (data === 3) undoOdd();
    });
    source.on("even", ({ data }) => data === 6 && undoAny());
    await new Promise<void>((resolve) => source.on("end", () => resolve()));
    expect(told).toEqual(["odd 1", "any 2 2", "odd 3", "any 3 3", "any 4 4", "any 5 5"]);
  });

  test("terminal data ends the source, and is not delivered", async () => {
    const send = event("a", "1") + event("b", "[DONE]") + event("c", "2");
    const source = open(await play({ steps: [{ send }, "silence"] }), { ...fetching, terminalData: "[DONE]" });
    const told: unknown[] = [];
    source.onAny(({ data }) => told.push(data));
    expect(await source.closed).toEqual({ type: "finished" });
    expect(told).toEqual([1]);
  });

  test("a listener hears an event that the parser has passed before the listener was added, and there is no hint", async () => {
    const info = vi.spyOn(console, "info").mockImplementation(ignore);
    onTestFinished(() => info.mockRestore());
    const url = await play({ steps: [{ send: event("a", "1") + event("b", "2") + event("end", "3") }, "silence"] });
    const source = open(url, fetching);
    const told: unknown[] = [];
    source.on("a", () => source.on("b", ({ data }) => told.push(data)));
    await next(source, "end");
    expect(told).toEqual([2]);
    expect(info.mock.calls.filter(([, text]) => text.includes("without data"))).toEqual([]);
  });

  test("terminal data ends the source after the last listener of its name was removed", async () => {
    const url = await play({ steps: [{ send: event("foo", "1") + event("foo", "[DONE]") }, "silence"] });
    const source = open(url, { ...fetching, terminalData: "[DONE]" });
    const undo = source.on("foo", () => undo());
    expect(await source.closed).toEqual({ type: "finished" });
  });

  test("the console has one hint at a terminal event without data, which is no event", async () => {
    const info = vi.spyOn(console, "info").mockImplementation(ignore);
    onTestFinished(() => info.mockRestore());
    const url = await play({ steps: [{ send: "event: ping\n\ndata: 1\n\nevent: done\n\nevent: done\n\n" }, "silence"] });
    const source = open(url, { ...fetching, terminalEvent: "done" });
    source.on("message", ignore);
    await until(() => info.mock.calls.length);
    expect(source.state.type).toBe("open");
    expect(info.mock.calls).toEqual([["typed-eventsource:", expect.stringContaining('sent "done" without data, which')]]);
  });

  test("one hint on the console names the first event that nobody listens to", async () => {
    const info = vi.spyOn(console, "info").mockImplementation(ignore);
    onTestFinished(() => info.mockRestore());
    const url = await play({
      steps: [
        { send: event("Price", "1") + event("ping", "") + event("price", "1") + event("halt", "2") + event("Price", "2") },
        "wait",
        "end",
      ],
    });
    const source = open(url, { ...fetching, parse: { ping: "skip" }, policy: { reconnectionTime: 10 } });
    const told: unknown[] = [];
    source.on("Price", ({ data }) => told.push(data));
    source.onError(ignore);
    await until(() => told.length === 2);
    await release(url);
    await until(() => told.length === 4);
    expect(info.mock.calls).toEqual([
      ["typed-eventsource:", expect.stringMatching(/^nobody listens to events called "price" of .* \(listened to: "ping", "Price"\); /)],
    ]);
  });

  test("there is no hint while every event has a listener, and none after the listener to all was removed", async () => {
    const info = vi.spyOn(console, "info").mockImplementation(ignore);
    onTestFinished(() => info.mockRestore());
    const source = open(
      await play({ steps: [{ send: event("a", "1") + event("b", "2") }, "wait", { send: event("c", "3") }, "silence"] }),
      fetching,
    );
    const told: unknown[] = [];
    const undo = source.onAny(({ data }) => told.push(data));
    await until(() => told.length === 2);
    source.on("c", ({ data }) => told.push(data));
    undo();
    await release(source.url);
    await until(() => told.length === 3);
    expect(info).not.toHaveBeenCalled();
  });
});
