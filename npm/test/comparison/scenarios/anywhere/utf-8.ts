import { type Scenario, YES, hears, no, play } from "../../scenario.ts";

export default {
  question: "Reads UTF-8 that comes byte by byte",
  async run({ listen }) {
    const url = await play({ steps: [{ drip: { every: 30, send: "data: é€😀\n\n" } }, "silence"] });
    return (await hears(listen(url), ["é€😀"])) ? YES : no("The text was not what was sent.");
  },
} satisfies Scenario;
