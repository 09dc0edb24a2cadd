import { seen } from "../../../support/streams.ts";
import { type Scenario, YES, asks, no, play } from "../../scenario.ts";

export default {
  question: "Sends a POST with a body",
  async run({ listen }) {
    const url = await play({ steps: ["silence"] });
    listen(url, { method: "POST", body: '{"question":"Why?"}' });
    await asks(url, 1);
    const [first] = await seen(url, {});
    return first?.method === "POST" && first.body === '{"question":"Why?"}' ? YES : no(`It sent a ${first?.method}.`);
  },
} satisfies Scenario;
