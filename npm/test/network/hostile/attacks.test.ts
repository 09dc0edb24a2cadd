// Plays the server's table of attacks. `cargo xtask hostile` does so at full size, and measures.

import type { EventSource, EventSourceInit } from "typed-eventsource";
import { describe, expect, test } from "vitest";
import { MiB, attemptsWithin, memoryGrowth } from "../../support/hostile.ts";
import { ORIGIN, TRANSPORTS, isFirefox, open, playAttack, seen, until } from "../../support/streams.ts";

/** An attack. `tests/server/src/attacks.rs` says what each field means. */
interface Attack {
  name: string;
  outcome: "closed" | "ended" | "not-closed" | "refused";
  error: string;
  heard: number;
  requests: number;
  wait: number;
  idle: number | null;
  parse: "text" | "json" | "gzip";
  endless: boolean;
}

const ATTACKS: Attack[] = await (await fetch(`${ORIGIN}/attacks`)).json();

/** The outcome of an attack: what became of the source, its last error, and how many messages it has heard. */
async function watch(source: EventSource, { outcome, error, heard, wait }: Attack) {
  const told = { error: "", heard: 0 };
  source.onError(({ code }) => (told.error = code));
  source.on("message", () => (told.heard += 1));
  const enough = async () => {
    await new Promise((resolve) => setTimeout(resolve, wait));
    if (outcome === "not-closed") await until(() => told.heard >= heard && (told.error || !error));
    return "not-closed";
  };
  const outcomes = [source.closed.then(() => "closed"), new Promise((resolve) => source.on("end", () => resolve("ended"))), enough()];
  return { outcome: await Promise.race(outcomes), ...told };
}

describe.each(TRANSPORTS)("over %s", (transport) => {
  // A browser's own source would hold a text without end. Only the client in Rust inflates gzip.
  const concerning = ATTACKS.filter(({ endless, parse }) => (transport === "fetch" || !endless) && parse !== "gzip");

  test.each(concerning)("$name", async (attack) => {
    const before = memoryGrowth();
    const url = await playAttack(attack.name);
    const { idle, parse } = attack;
    // Only with the parameter may the policy reconnect in place of a browser that does not wait.
    const init = { transport, parse, resumeParameter: "after", policy: idle ? { idle: { after: idle, then: "close" } } : {} };
    const source = open(url, { ...init, ...(transport === "fetch" && { maxEventSize: MiB }) } as Partial<EventSourceInit>);
    const { heard, ...told } = await watch(source, attack);
    source.close();
    // Firefox's own source gives up.
    if (!(isFirefox && transport === "browser" && told.error === "given-up")) {
      // The browser's own source shows nothing but events.
      const isSilent = idle && transport === "browser";
      expect(told).toEqual(isSilent ? { outcome: "closed", error: "idle" } : { outcome: attack.outcome, error: attack.error });
      expect(heard).toBeGreaterThanOrEqual(attack.heard);
    }
    expect(await attemptsWithin(1000, url)).toBeLessThanOrEqual(attack.requests);
    // The source leaves no connection open.
    await seen(url, { closed: (await seen(url, {})).length });
    // The parser holds up to a mebibyte of an event, in buffers that double as they grow.
    const most = attack.error === "event-too-large" ? 12 * MiB : 4 * MiB;
    expect(memoryGrowth() - before).toBeLessThanOrEqual(most);
  });
});
