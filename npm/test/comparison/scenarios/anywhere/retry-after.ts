import { seen } from "../../../support/streams.ts";
import { type Scenario, YES, hears, no, partly, play } from "../../scenario.ts";

/** Longer than any client waits without being told. */
const SECONDS = 3;

export default {
  question: "Survives a 503, and waits as long as its `Retry-After` says",
  async run({ listen }) {
    const refusal = {
      status: 503,
      headers: [
        ["content-type", "text/plain"],
        ["retry-after", `${SECONDS}`],
      ] as [string, string][],
    };
    const url = await play(refusal, { steps: [{ send: "data: a\n\n" }, "silence"] });
    const listening = listen(url, { unavailable: true });
    if (!(await hears(listening, ["a"], SECONDS * 1000 + 2000))) return no("It closed.");
    const [first, second] = await seen(url, {});
    const waited = (second?.opened_ms ?? 0) - (first?.opened_ms ?? 0);
    return waited >= SECONDS * 1000 - 50 ? YES : partly("It came back before the time.");
  },
} satisfies Scenario;
