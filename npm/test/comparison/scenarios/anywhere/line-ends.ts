import { type Scenario, YES, hears, no, play } from "../../scenario.ts";

const LINES = "data: a\r\rdata: b\r\n\r\ndata: c\n\ndata: d\r\ndata: e\r\rdata: f\n\n";

export default {
  question: "Reads lines that end with CR, LF or both, wherever chunks are cut",
  async run({ listen }) {
    const expected = ["a", "b", "c", "d\ne", "f"];
    const [whole, cut] = await Promise.all([
      play({ steps: [{ send: LINES }, "silence"] }),
      play({ steps: [{ drip: { every: 30, send: LINES } }, "silence"] }),
    ]);
    if (!(await hears(listen(whole), expected))) return no("Whole lines became other events.");
    return (await hears(listen(cut), expected)) ? YES : no("Cut lines became other events.");
  },
} satisfies Scenario;
