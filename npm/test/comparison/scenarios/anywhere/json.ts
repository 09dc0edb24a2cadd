import { type Scenario, YES, no, partly, play, within } from "../../scenario.ts";

export default {
  question: "Parses JSON, tells of what is none, and goes on",
  async run({ listen }) {
    const url = await play({ steps: [{ send: 'data: {"price":1}\n\ndata: {"price":\n\ndata: {"price":2}\n\n' }, "silence"] });
    const { events, failures } = listen(url, { json: true });
    const isThere = (price: number) => events.some(({ data }) => (data as { price?: number }).price === price);
    if (!(await within(2000, () => isThere(1)))) return no("The data was text.");
    if (!(await within(2000, () => isThere(2)))) return partly("It did not go on.");
    return failures.length > 0 ? YES : partly("It did not tell.");
  },
} satisfies Scenario;
