// What a scenario is, and how it is run for one client.

import { type Attempt, play as playAttempts, seen } from "../support/streams.ts";
import type { Client, Listening, Wishes } from "./client.ts";

/** What was found of one client: the answer to a question, or a figure. */
export interface Finding {
  outcome: string;
  /** What was observed, as a sentence. */
  note?: string;
}

/** A client in a scenario. */
export interface Stage {
  client: Client;
  /** Listens until the scenario ends. */
  listen(url: string, wishes?: Wishes): Listening;
}

export interface Scenario {
  /** What a user asks of a client. It is answered by yes, no or partly. */
  question: string;
  /** Whether it keeps the processor busy, so that it runs alone. */
  isBusy?: boolean;
  run(stage: Stage): Promise<Finding>;
}

export const YES: Finding = { outcome: "yes" };
export const no = (note: string): Finding => ({ outcome: "no", note });
export const partly = (note: string): Finding => ({ outcome: "partly", note });

/** Plays a scenario for a client. What it does only by code of the user it does partly. */
export async function find(scenario: Scenario, client: Client): Promise<Finding> {
  const listening: Listening[] = [];
  const byHand = new Set<string>();
  const stage: Stage = {
    client,
    listen(url, wishes = {}) {
      for (const wish of Object.keys(wishes)) {
        const where = client.byHand[wish as keyof Wishes];
        if (where) byHand.add(where);
      }
      const one = client.listen(url, wishes);
      listening.push(one);
      return one;
    },
  };
  try {
    const finding = await scenario.run(stage);
    if (finding.outcome !== "yes" || byHand.size === 0) return finding;
    return partly(`By code of yours: ${[...byHand].join("; ")}.`);
  } finally {
    for (const one of listening) one.close();
  }
}

/** A reconnection time that saves waiting, for clients that heed it. */
export const SOON = "retry: 50\n";

/** Streams of this server that end, and are followed by the next. The last one stays open. */
export const playInTurn = (...texts: string[]) =>
  play(...texts.map((send, index): Attempt => ({ steps: index < texts.length - 1 ? [{ send }] : [{ send }, "silence"] })));

export const play = (...attempts: Attempt[]) => playAttempts(...attempts);

/** Whether a condition holds within so many milliseconds. */
export async function within(time: number, condition: () => boolean | Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + time;
  while (!(await condition())) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return true;
}

/** Whether these are the data of the events, and no more, within so many milliseconds. */
export const hears = (listening: Listening, data: unknown[], time = 6000) =>
  within(time, () => JSON.stringify(listening.events.map((event) => event.data)) === JSON.stringify(data));

/** Whether so many attempts are made within so many milliseconds. */
export const asks = (url: string, attempts: number, time = 6000) => within(time, async () => (await count(url)) >= attempts);

/** How many attempts have been made. */
export const count = async (url: string) => (await seen(url, {})).length;

/** Whether the client makes no attempt for so many milliseconds. */
export async function staysAway(url: string, time = 1500): Promise<boolean> {
  const before = await count(url);
  return !(await asks(url, before + 1, time));
}
