// Sources of several tabs that share one connection.

import { describe, expect, test } from "vitest";
import { TRANSPORTS, play, release, seen, until } from "../support/streams.ts";
import { type Missing, openTab } from "../support/tabs.ts";

const WAYS: [way: string, missing: Missing[]][] = [
  ["a shared worker", []],
  ["a shared worker without locks", ["locks"]],
  ["locks and a channel", ["SharedWorker"]],
];

const event = (id: number) => ({ send: `id: ${id}\ndata: ${id}\n\n` });

const numbers = (count: number, first = 1) => Array.from({ length: count }, (_, index) => first + index);

describe.each(TRANSPORTS)("over %s", (transport) => {
  describe.each(WAYS)("by %s", (_, missing) => {
    test("eight tabs share one connection, and each gets each event once and in order", async () => {
      const url = await play({ steps: [{ send: ":\n\n" }, "wait", ...numbers(100).map(event), "silence"] });
      const tabs = await Promise.all(numbers(8).map(() => openTab(missing)));
      const sources = tabs.map((tab) => tab.open(url, { transport }));
      await until(() => sources.every(({ source }) => source.tabs === 8 && source.state.type === "open"));
      await release(url);
      await until(() => sources.every(({ events }) => events.length >= 100));
      for (const { events, states, errors } of sources) {
        expect(events.map(({ data }) => data)).toEqual(numbers(100));
        expect(events.map(({ lastEventId }) => lastEventId)).toEqual(numbers(100).map(String));
        expect(states).toEqual(["open"]);
        expect(errors).toEqual([]);
      }
      expect(await seen(url, { attempts: 1 })).toHaveLength(1);
      for (const tab of tabs) tab.close();
      expect(await seen(url, { closed: 1 })).toHaveLength(1);
    });
  });
});
