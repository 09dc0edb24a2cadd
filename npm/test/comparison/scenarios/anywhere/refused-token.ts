import { seen } from "../../../support/streams.ts";
import { type Scenario, YES, hears, no, play } from "../../scenario.ts";

export default {
  question: "Refreshes a token that is refused with 401, and goes on",
  async run({ listen }) {
    const url = await play({ status: 401, headers: [["content-type", "text/plain"]] }, { steps: [{ send: "data: a\n\n" }, "silence"] });
    let token = "old";
    const listening = listen(url, {
      token: () => token,
      refresh: async () => void (token = "new"),
    });
    const isHeard = await hears(listening, ["a"], 4000);
    const [, second] = await seen(url, {});
    return isHeard && second?.headers["authorization"] === "Bearer new" ? YES : no("No request came with the fresh token.");
  },
} satisfies Scenario;
