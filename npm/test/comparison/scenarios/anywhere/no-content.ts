import { type Scenario, SOON, YES, asks, no, play, staysAway } from "../../scenario.ts";

export default {
  question: "Stops when the server answers with 204",
  async run({ listen }) {
    const url = await play({ steps: [{ send: `${SOON}data: a\n\n` }] }, { status: 204, headers: [["content-type", null]] });
    listen(url);
    if (!(await asks(url, 2))) return no("It did not reconnect at all.");
    return (await staysAway(url)) ? YES : no("It went on asking.");
  },
} satisfies Scenario;
