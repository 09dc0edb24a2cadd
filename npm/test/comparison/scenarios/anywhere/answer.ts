import { type Scenario, SOON, YES, count, no, play, staysAway, within } from "../../scenario.ts";

export default {
  question: "Ends after an answer with `[DONE]`, and asks no second time",
  async run({ listen }) {
    const url = await play({ steps: [{ send: `${SOON}data: a\n\ndata: [DONE]\n\n` }] });
    const { events } = listen(url, { answer: true });
    await within(6000, () => events.some(({ data }) => data === "a"));
    return (await staysAway(url)) && (await count(url)) === 1 ? YES : no("It asked again.");
  },
} satisfies Scenario;
