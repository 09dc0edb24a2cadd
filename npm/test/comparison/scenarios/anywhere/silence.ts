import { type Scenario, YES, asks, no, play } from "../../scenario.ts";

export default {
  question: "Notices that a connection has fallen silent, and makes another",
  async run({ listen }) {
    const url = await play({ steps: [{ send: "data: a\n\n" }, "silence"] });
    listen(url, { idle: 500 });
    return (await asks(url, 2, 4000)) ? YES : no("It has no limit on silence.");
  },
} satisfies Scenario;
