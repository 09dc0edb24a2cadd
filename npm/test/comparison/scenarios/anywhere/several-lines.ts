import { type Scenario, YES, hears, no, play } from "../../scenario.ts";

export default {
  question: "Keeps all lines of the data, and all but one of their leading spaces",
  async run({ listen }) {
    const url = await play({ steps: [{ send: "data: a\ndata:  b\ndata\ndata:c\n\n" }, "silence"] });
    return (await hears(listen(url), ["a\n b\n\nc"])) ? YES : no("The data was not what was sent.");
  },
} satisfies Scenario;
