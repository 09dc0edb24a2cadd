import { type Scenario, YES, no, partly, play, within } from "../../scenario.ts";

const BYTES = 8 * 1024 * 1024;

export default {
  question: "Reads an event of 8 MiB within ten seconds",
  isBusy: true,
  async run({ listen }) {
    const url = await play({ steps: [{ send: "data: " }, { fill: { bytes: BYTES, send: "x" } }, { send: "\n\n" }, "silence"] });
    const start = performance.now();
    const { events } = listen(url);
    const isHeard = await within(60_000, () => String(events[0]?.data).length === BYTES);
    if (!isHeard) return no("It had not read it after a minute.");
    return performance.now() - start < 10_000 ? YES : partly("It took longer.");
  },
} satisfies Scenario;
