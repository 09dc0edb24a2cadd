// Answers that are posted once and gone on with by GET, cut at each byte: the recipes for servers that keep their answers.

import { expect, test } from "vitest";
import { chat } from "../../../docs/recipes/ai-sdk.ts";
import { request as callTool } from "../../../docs/recipes/mcp.ts";
import { run } from "../../../docs/recipes/tanstack-ai.ts";
import { type Asked, type Cut, eventsAfter, everyByte, keep } from "../support/keeping.ts";
import { agent, mcp, ui } from "../support/providers.ts";

const TEXT = ["Hel", "lo, ", "wörld", " 🙂"];

const CUTS: Cut[] = ["break", "end"];

/** Asserts that one POST was sent, and then only GETs of this path. */
function expectOnePost(asked: Asked[], path: RegExp) {
  expect(asked.map(({ method }) => method)).toEqual(["POST", ...Array(asked.length - 1).fill("GET")]);
  for (const { path: got } of asked.slice(1)) expect(got).toMatch(path);
}

/** The events of an answer, each a separate text. */
const split = (...texts: string[]) => texts.flatMap((text) => text.split(/(?<=\n\n)/));

/** Tries all cuts at once: each waits for its next attempt. */
const atEachByte = (events: string[], check: (cut: number, second: number) => Promise<void>) => {
  const all = everyByte(events);
  return Promise.all(all.map((cut, index) => check(cut, all[(index * 7) % all.length] as number)));
};

test.each(CUTS)("AI SDK: each cut (%s) is gone on after by GET, and nothing is shown twice", async (how) => {
  const events = split(ui.start, ...TEXT.map(ui.text), ui.end("stop"));
  const serve = keep(events, (_, events) => events);
  await atEachByte(events, async (cut, second) => {
    const { url, asked } = serve(how, cut, second);
    const shown: string[] = [];
    // A whole response that a POST has begun and not ended is a loss, since `[DONE]` is missing.
    expect(await chat(url, { id: "c1" }, (text) => shown.push(text))).toBe("stop");
    expect(shown).toEqual(TEXT);
    expectOnePost(asked, /^\/chat\/c1\/stream$/);
  });
});

test("AI SDK: an answer of which the server has nothing more is an error", async () => {
  const events = split(ui.start, ui.text("Hel"));
  const { url, asked } = keep(events, () => [])("end");
  await expect(chat(url, { id: "c1" }, () => {})).rejects.toThrow("the answer has no end");
  expectOnePost(asked, /^\/chat\/c1\/stream$/);
});

test("AI SDK: an error within the answer has the server's words, and is not asked for again", async () => {
  const events = split(ui.start, ui.text("Hel"), ui.failure("busy"), ui.text("lo"));
  const { url, asked } = keep(events, () => events)("end");
  const shown: string[] = [];
  await expect(chat(url, { id: "c1" }, (text) => shown.push(text))).rejects.toThrow("busy");
  expect([shown, asked.length]).toEqual([["Hel"], 1]);
});

test.each(CUTS)("TanStack AI: each cut (%s) is gone on after by GET, after the last event", async (how) => {
  const events = split(agent.start, ...TEXT.map((text, index) => agent.text(text, index + 2)), agent.end("stop", TEXT.length + 2));
  const serve = keep(events, ({ lastEventId, path }) => (path.includes("offset=-1") ? events : eventsAfter(lastEventId, events)));
  await atEachByte(events, async (cut, second) => {
    const { url, asked } = serve(how, cut, second);
    const shown: string[] = [];
    expect(await run(url, { runId: "r1" }, (text) => shown.push(text))).toBe("stop");
    expect(shown).toEqual(TEXT);
    expectOnePost(asked, /^\/chat\?runId=r1(&offset=-1)?$/);
    for (const { path, lastEventId } of asked.slice(1)) expect(path.endsWith("offset=-1")).toBe(lastEventId === null);
  });
});

test("TanStack AI: an error of the run has the server's words", async () => {
  const events = split(agent.start, agent.text("Hel", 2), agent.failure("busy", 3));
  const { url, asked } = keep(events, () => [])("end");
  await expect(run(url, { runId: "r1" }, () => {})).rejects.toThrow("busy");
  expect(asked).toHaveLength(1);
});

test.each(CUTS)("MCP: each cut (%s) after the first id is gone on after by GET, after the last event", async (how) => {
  // As SEP-1699 has it, the first event has an id, no data, and the time to wait.
  const hello = `retry: 10\n${mcp.id("0")}`;
  const events = split(hello, mcp.progress(1, "1"), mcp.progress(2, "2"), mcp.result({ sum: 3 }, "3"));
  const serve = keep(events, ({ lastEventId }) => eventsAfter(lastEventId, events));
  await atEachByte(events, async (cut, second) => {
    const { url, asked } = serve(how, cut, second);
    const received: unknown[] = [];
    const receive = (message: unknown) => received.push(message);
    const result = callTool({ url, receive }, 1, "tools/call", { name: "add" });
    if (cut < hello.length) {
      // Without an id, nobody can go on.
      await expect(result).rejects.toThrow();
      expect(asked.map(({ method }) => method)).toEqual(["POST"]);
      return;
    }
    expect(await result).toEqual({ sum: 3 });
    expect(received).toMatchObject([{ params: { progress: 1 } }, { params: { progress: 2 } }]);
    expectOnePost(asked, /^\/chat$/);
    for (const { lastEventId } of asked.slice(1)) expect(lastEventId).toMatch(/^[0-2]$/);
  });
});
