import { type Scenario, YES, no, play, within } from "../../scenario.ts";

export default {
  question: "Takes no page of HTML for a stream",
  async run({ listen }) {
    const url = await play({ headers: [["content-type", "text/html"]], steps: [{ send: "data: a\n\n" }, "silence"] });
    const { events, failures } = listen(url);
    await within(2000, () => events.length > 0 || failures.length > 0);
    if (events.length > 0) return no("It took a page for events.");
    return failures.length > 0 ? YES : no("It told of no failure.");
  },
} satisfies Scenario;
