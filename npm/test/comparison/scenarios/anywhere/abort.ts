import { seen } from "../../../support/streams.ts";
import { type Scenario, YES, asks, hears, no, play, playInTurn, staysAway, within } from "../../scenario.ts";

export default {
  question: "An `AbortSignal` ends it, and leaves no request behind",
  async run({ listen }) {
    const controller = new AbortController();
    const { signal } = controller;
    const [open, waiting] = await Promise.all([
      playInTurn("data: a\n\n"),
      play({ steps: [{ send: "retry: 500\ndata: b\n\n" }] }, { before: ["reset"] }),
    ]);
    const opened = listen(open, { signal });
    listen(waiting, { signal });
    // Some begin with waits that are too short to be met.
    await Promise.all([hears(opened, ["a"]), asks(waiting, 2), within(2000, () => false)]);
    controller.abort();
    const isClosed = within(4000, async () => (await seen(open, {}))[0]?.closed_by === "client");
    if (!(await isClosed)) return no("The connection stayed open.");
    return (await staysAway(waiting)) ? YES : no("An attempt that was due was made.");
  },
} satisfies Scenario;
