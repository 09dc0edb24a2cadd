import { seen } from "../../../support/streams.ts";
import { type Scenario, YES, asks, no, play } from "../../scenario.ts";

export default {
  question: "Sends headers of the user",
  async run({ listen }) {
    const url = await play({ steps: ["silence"] });
    listen(url, { headers: { "X-Tenant": "blue" } });
    await asks(url, 1);
    const [first] = await seen(url, {});
    return first?.headers["x-tenant"] === "blue" ? YES : no("The header was not there.");
  },
} satisfies Scenario;
