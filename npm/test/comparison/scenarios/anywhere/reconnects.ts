import { type Scenario, SOON, YES, hears, no, playInTurn } from "../../scenario.ts";

export default {
  question: "Reconnects when the server ends the response",
  async run({ listen }) {
    const url = await playInTurn(`${SOON}data: a\n\n`, "data: b\n\n");
    const listening = listen(url, { reconnect: true });
    return (await hears(listening, ["a", "b"])) ? YES : no("No event of a second response arrived.");
  },
} satisfies Scenario;
