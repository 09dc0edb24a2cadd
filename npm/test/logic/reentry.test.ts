// Callbacks that do anything: they call any method, throw, and add thousands of listeners. What they hear is compared with a model.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { TRANSPORTS, open, server } from "../support/fake-server.ts";
import { courseOf, seededRandom } from "./reentry/course.ts";
import { Model } from "./reentry/model.ts";
import { TestedSource } from "./reentry/tested-source.ts";

const SEEDS = 200;

let throws = 0;

beforeEach(() => {
  throws = 0;
  vi.stubGlobal("reportError", () => (throws += 1));
});
afterEach(() => vi.unstubAllGlobals());

describe.each(TRANSPORTS)("over %s", (transport) => {
  test("callbacks are called as the model says", async () => {
    let calls = 0;
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const course = courseOf(seed);
      const model = new Model(course);
      const tested = new TestedSource(course, () => open(transport, { terminalEvent: "bye" }));
      for (const act of course.start) {
        model.act(act);
        tested.act(act);
      }
      let data = 0;
      for (const [index, names] of course.connections.entries()) {
        if (index > 0) {
          model.lost();
          server.lose();
          await undefined;
          // A browser reports no change of state when it reconnects.
          if (transport === "fetch") model.connecting();
          server.clock.advance(3000);
          await undefined;
        }
        model.opened();
        server.open();
        await undefined;
        for (const name of names) {
          model.event(name, (data += 1));
          server.send(name, data);
          // The close is told a microtask later.
          await undefined;
        }
      }
      model.finish();
      server.send("bye", 0);
      await tested.source.closed;
      const { journal } = tested;
      calls += journal.length;
      expect({ seed, journal, yielded: await tested.yielded() }).toEqual({ seed, journal: model.journal, yielded: model.yielded });
      throws -= model.throws;
    }
    expect(throws).toBe(0);
    expect(calls).toBeGreaterThan(SEEDS * 10);
  });

  test("thousands of listeners can be added and removed", () => {
    const random = seededRandom(7);
    const source = open(transport);
    let told: number[] = [];
    let count = 0;
    const listening: { number: number; undo: () => void }[] = [];
    for (let round = 0; round < 5; round += 1) {
      for (let added = 0; added < 3000; added += 1) {
        const number = (count += 1);
        listening.push({ number, undo: source.on("message", () => told.push(number)) });
        if (random() < 0.6) listening.splice(Math.floor(random() * listening.length), 1)[0]?.undo();
      }
      server.send("message", round);
      expect(told).toEqual(listening.map(({ number }) => number));
      told = [];
    }
    for (const { undo } of listening) undo();
    server.send("message", 5);
    expect([told, count, server.listenedNames]).toEqual([[], 15_000, []]);
  });
});
