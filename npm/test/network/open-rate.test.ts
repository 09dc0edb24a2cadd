// The rate at which sources of one URL open.

import type { EventSource } from "typed-eventsource";
import { afterEach, expect, test, vi } from "vitest";
import * as streams from "../support/streams.ts";
import { TRANSPORTS, play, seen } from "../support/streams.ts";

const BURST = 20;

afterEach(() => vi.restoreAllMocks());

/** What all tests together have written to the console about the rate. */
const told: string[] = [];

const untilOpen = (source: EventSource) => new Promise<void>((resolve) => source.onState(({ type }) => type === "open" && resolve()));

test.each(TRANSPORTS)(
  "over %s, sources of one URL open one a second after the first twenty, and the console is told once",
  async (transport) => {
    const report = vi.spyOn(console, "error").mockImplementation(() => {});
    const url = await play({ steps: ["end"] });
    const start = performance.now();
    const options = { transport, policy: { closeAfterLosses: 1 } } as const;
    for (let index = 0; index < 90; index += 1) streams.open(url, options).close();
    const last = streams.open(url, options);
    const another = streams.open(url, options);
    expect(last.state).toEqual({ type: "connecting" });
    await Promise.all([untilOpen(last), untilOpen(another)]);
    expect(performance.now() - start).toBeGreaterThan(1_900);
    expect((await seen(url, {})).length).toBeLessThanOrEqual(BURST + 2);
    told.push(...report.mock.calls.map((texts) => texts.join(" ")).filter((text) => text.includes("one a second")));
    expect(told).toHaveLength(1);
  },
);
