import { seen } from "../../../support/streams.ts";
import { type Scenario, SOON, YES, asks, no, playInTurn } from "../../scenario.ts";

export default {
  question: "Ignores an id with a NUL",
  async run({ listen }) {
    const url = await playInTurn(`${SOON}id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n`, "");
    listen(url);
    if (!(await asks(url, 2))) return no("It did not come back.");
    const [, second] = await seen(url, {});
    return second?.headers["last-event-id"] === "1" ? YES : no("The id counted.");
  },
} satisfies Scenario;
