import { seen } from "../../../support/streams.ts";
import { type Scenario, type Stage, YES, asks, no, partly, playInTurn } from "../../scenario.ts";

export default {
  question: "Waits as long as the server says by `retry:`",
  async run(stage) {
    const [short = 0, long = 0] = await Promise.all([waitAfter(stage, 100), waitAfter(stage, 1700)]);
    const [isShort, isLong] = [short < 900, long >= 1650 && long < 4000];
    if (isShort && isLong) return YES;
    if (!isShort && !isLong) return no("It waited as long whatever the server said.");
    return long < 800 ? no("It waited less whatever the server said.") : partly("It waited less than the server said.");
  },
} satisfies Scenario;

/** How many milliseconds lie between the end of a response that says to wait so long and the next request. */
async function waitAfter({ listen }: Stage, retry: number): Promise<number> {
  const url = await playInTurn(`retry: ${retry}\ndata: a\n\n`, "");
  listen(url);
  await asks(url, 2);
  const [first, second] = await seen(url, {});
  return (second?.opened_ms ?? Infinity) - (first?.closed_ms ?? 0);
}
