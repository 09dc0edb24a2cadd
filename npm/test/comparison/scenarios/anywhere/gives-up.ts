import { type Scenario, SOON, YES, asks, count, no, play, staysAway } from "../../scenario.ts";

export default {
  question: "Gives up after a number of failures",
  async run({ listen }) {
    const url = await play({ steps: [{ send: `${SOON}data: a\n\n` }] }, { before: ["reset"] });
    listen(url, { maxAttempts: 3, backoff: 20 });
    if (!(await asks(url, 3))) return no("It gave up at the first failure.");
    while ((await count(url)) < 8) if (await staysAway(url)) return YES;
    return no("With a limit of 3, or without a way to set one, it asked more than 8 times.");
  },
} satisfies Scenario;
