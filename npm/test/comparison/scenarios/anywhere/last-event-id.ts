import { type SeenAttempt, seen } from "../../../support/streams.ts";
import { type Scenario, SOON, YES, asks, no, playInTurn } from "../../scenario.ts";

export default {
  question: "Goes on from the last event id, by `Last-Event-ID`",
  async run({ listen }) {
    const url = await playInTurn(`${SOON}id: 7\ndata: a\n\n`, "");
    listen(url);
    await asks(url, 2);
    const [, second] = await seen(url, {});
    return idOf(second) === "7" ? YES : no("The second request had no id.");
  },
} satisfies Scenario;

const idOf = (attempt: SeenAttempt | undefined) => attempt?.headers["last-event-id"];
