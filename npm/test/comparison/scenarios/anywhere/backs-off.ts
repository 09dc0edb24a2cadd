import { seen } from "../../../support/streams.ts";
import { type Scenario, type Stage, YES, asks, no, partly, play } from "../../scenario.ts";

const SOURCES = 5;
const WAITS = 7;

export default {
  question: "Waits longer after each failure, and not all clients as long",
  async run(stage) {
    const all = await Promise.all(Array.from({ length: SOURCES }, () => waits(stage)));
    if (all.some(({ length }) => length < WAITS)) return no("It gave up.");
    const [first, last] = [0, WAITS - 1].map((nth) => all.map((times) => times[nth] ?? 0).sort((one, other) => one - other));
    if (!first || !last || median(last) < 3 * median(first) + 20) return no("Each wait was as long as the first.");
    const spread = (last.at(-1) ?? 0) - (last[0] ?? 0);
    return spread > median(last) / 6 ? YES : partly("The waits grew, but five clients asked at the same times.");
  },
} satisfies Scenario;

const median = (sorted: number[]) => sorted[Math.floor(sorted.length / 2)] ?? 0;

/** The milliseconds between the attempts of a client whose server does not answer. */
async function waits({ listen }: Stage): Promise<number[]> {
  const url = await play({ steps: [{ send: "retry: 10\n\n" }] }, { before: ["reset"] });
  listen(url, { backoff: 25 });
  await asks(url, WAITS + 1, 10_000);
  const attempts = await seen(url, {});
  return attempts.slice(1, WAITS + 1).map(({ opened_ms }, nth) => opened_ms - (attempts[nth]?.opened_ms ?? 0));
}
