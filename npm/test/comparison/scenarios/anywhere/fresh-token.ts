import { seen } from "../../../support/streams.ts";
import { type Scenario, SOON, YES, asks, no, playInTurn } from "../../scenario.ts";

export default {
  question: "Sends a fresh token with each attempt",
  async run({ listen }) {
    const url = await playInTurn(`${SOON}data: a\n\n`, "");
    let asked = 0;
    listen(url, { token: () => `${(asked += 1)}` });
    await asks(url, 2);
    const tokens = (await seen(url, {})).map(({ headers }) => headers["authorization"]);
    return tokens[0] === "Bearer 1" && tokens[1] === "Bearer 2" ? YES : no("The second request had no fresh token.");
  },
} satisfies Scenario;
