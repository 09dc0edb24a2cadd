import { type Scenario, SOON, YES, hears, no, playInTurn, within } from "../../scenario.ts";

export default {
  question: "Drops events that the server sends again after a reconnection",
  async run({ listen }) {
    const [a, b, c] = ["a", "b", "c"].map((text) => `id: ${text}\ndata: ${text}\n\n`);
    const listening = listen(await playInTurn(`${SOON}${a}${b}`, `${a}${b}${c}`), { distinct: true });
    await within(6000, () => listening.events.some(({ data }) => data === "c"));
    return (await hears(listening, ["a", "b", "c"], 0)) ? YES : no("They came twice.");
  },
} satisfies Scenario;
