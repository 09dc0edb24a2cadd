import { seen } from "../../../support/streams.ts";
import { type Scenario, YES, no, play, within } from "../../scenario.ts";

export default {
  question: "Keeps a limit on the size of an event",
  isBusy: true,
  async run({ listen }) {
    const url = await play({ steps: [{ send: "data: " }, { fill: { bytes: 4 * 1024 * 1024, send: "x" } }, "silence"] });
    listen(url, { maxEventSize: 1024 * 1024 });
    const isLeft = await within(5000, async () => (await seen(url, {}))[0]?.closed_by === "client");
    return isLeft ? YES : no("With a limit of 1 MiB, or without a way to set one, it held 4 MiB.");
  },
} satisfies Scenario;
