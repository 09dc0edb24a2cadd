import { type Scenario, YES, hears, no, play } from "../../scenario.ts";

export default {
  question: "Skips one byte order mark at the beginning, and no other",
  async run({ listen }) {
    const url = await play({ steps: [{ send: "\uFEFFdata: a\n\ndata: \uFEFFb\n\n" }, "silence"] });
    return (await hears(listen(url), ["a", "\uFEFFb"])) ? YES : no("The events were not those that were sent.");
  },
} satisfies Scenario;
