import { type Scenario, YES, asks, no, play } from "../../scenario.ts";

export default {
  question: "Makes its requests by a `fetch` of the user",
  async run({ listen }) {
    const url = await play({ steps: ["silence"] });
    let called = 0;
    listen(url, {
      fetch(...args) {
        called += 1;
        return fetch(...args);
      },
    });
    await asks(url, 1);
    return called > 0 ? YES : no("It did not call the function.");
  },
} satisfies Scenario;
