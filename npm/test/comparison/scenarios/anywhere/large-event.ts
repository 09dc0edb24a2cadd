import { type Scenario, YES, no, play, within } from "../../scenario.ts";

const BYTES = 8 * 1024 * 1024;
/** In milliseconds. */
const TIME = 10_000;

export default {
  question: "Reads an event of 8 MiB within ten seconds",
  isBusy: true,
  async run({ listen }) {
    const url = await play({ steps: [{ send: "data: " }, { fill: { bytes: BYTES, send: "x" } }, { send: "\n\n" }, "silence"] });
    const start = performance.now();
    const { events } = listen(url);
    const isHeard = await within(TIME, () => String(events[0]?.data).length === BYTES);
    // A client that keeps the processor busy lets nobody look in time.
    return isHeard && performance.now() - start < TIME ? YES : no("It took longer.");
  },
} satisfies Scenario;
