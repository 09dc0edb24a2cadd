import { seen } from "../../../support/streams.ts";
import { type Scenario, type Stage, YES, no, partly, play, within } from "../../scenario.ts";

const SOURCES = 5;
/** How long the waits are watched, in milliseconds. */
const TIME = 6000;

export default {
  question: "Waits longer after each failure, and not all clients as long",
  async run(stage) {
    const all = await Promise.all(Array.from({ length: SOURCES }, () => waits(stage)));
    const fewest = Math.min(...all.map(({ done }) => done.length));
    if (fewest < 2) return no("It gave up.");
    const growth = all.map(({ done, current }) => Math.max(...done, current) / (done[0] ?? 1));
    if (median(growth) < 3) return no("Each wait was as long as the first.");
    // Waits of the same number.
    const last = all.map(({ done }) => done[fewest - 1] ?? 0);
    const spread = Math.max(...last) - Math.min(...last);
    return spread > median(last) / 6 ? YES : partly("The waits grew, but five clients asked at the same times.");
  },
} satisfies Scenario;

const median = (values: number[]) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;

/** The milliseconds between the attempts of a client whose server does not answer, and how long it has waited since the last. */
async function waits({ listen }: Stage): Promise<{ done: number[]; current: number }> {
  const url = await play({ steps: [{ send: "retry: 200\ndata: a\n\n" }] }, { before: ["reset"] });
  listen(url, { backoff: 200 });
  await within(TIME, () => false);
  const attempts = (await seen(url, {})).map(({ opened_ms }) => opened_ms);
  const done = attempts.slice(2).map((opened, nth) => opened - (attempts[nth + 1] ?? 0));
  return { done, current: TIME - ((attempts.at(-1) ?? 0) - (attempts[0] ?? 0)) };
}
