import { seen } from "../../../support/streams.ts";
import { type Scenario, type Stage, YES, asks, no, partly, playInTurn } from "../../scenario.ts";

/** In milliseconds. */
const [SHORT, LONG] = [100, 1700];
/** What a busy server may be late by. */
const LATE = 200;

export default {
  question: "Waits as long as the server says by `retry:`",
  async run(stage) {
    // A client that waits at random may wait long enough once.
    const [short = 0, ...long] = await Promise.all([SHORT, LONG, LONG, LONG, LONG].map((time) => waitAfter(stage, time)));
    if (short >= LONG - LATE) return no("It waited as long whatever the server said.");
    if (long.every((time) => time >= LONG - LATE)) return YES;
    return long.every((time) => time < LONG / 2 - LATE)
      ? no("It waited less, whatever the server said.")
      : partly("It waited less than the server said.");
  },
} satisfies Scenario;

/** How many milliseconds lie between the end of a response that says to wait so long and the next request. */
async function waitAfter({ listen }: Stage, time: number): Promise<number> {
  const url = await playInTurn(`retry: ${time}\ndata: a\n\n`, "");
  listen(url);
  await asks(url, 2);
  const [first, second] = await seen(url, {});
  return (second?.opened_ms ?? Infinity) - (first?.closed_ms ?? 0);
}
