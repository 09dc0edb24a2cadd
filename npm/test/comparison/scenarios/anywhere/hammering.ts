import { type Scenario, YES, count, no, play, within } from "../../scenario.ts";

export default {
  question: "Does not hammer a server whose responses end at once",
  async run({ listen }) {
    const url = await play({ steps: [] });
    listen(url);
    const isHammered = await within(2000, async () => (await count(url)) > 10);
    return isHammered ? no("It asked more than ten times in two seconds.") : YES;
  },
} satisfies Scenario;
