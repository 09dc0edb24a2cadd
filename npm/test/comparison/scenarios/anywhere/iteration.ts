import { seen } from "../../../support/streams.ts";
import { type Scenario, YES, no, partly, play, within } from "../../scenario.ts";

/** In all more than the buffers between a server and a client hold. */
const COUNT = 40_000;
const TEXT = "x".repeat(1000);

export default {
  question: "Is iterated by `for await`, and reads no further than the loop",
  isBusy: true,
  async run({ client }) {
    if (!client.iterate) return no("It has no iteration.");
    const url = await play({ steps: [{ repeat: { times: COUNT, send: `data: [{n},"${TEXT}"]\n\n` } }] }, { steps: ["silence"] });
    const { events, close } = client.iterate(url);
    let isServed = false;
    let heard = 0;
    try {
      for await (const _event of events) {
        heard += 1;
        // A loop that takes its time.
        if (heard === 1) isServed = await within(3000, async () => (await seen(url, {}))[0]?.closed_ms !== null);
        if (heard === COUNT) break;
      }
    } finally {
      close();
    }
    return isServed ? partly("It read all of 40 MB while the loop was at its first event.") : YES;
  },
} satisfies Scenario;
