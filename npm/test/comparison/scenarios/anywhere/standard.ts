import { type Scenario, YES, no, partly, playInTurn } from "../../scenario.ts";

export default {
  question: "Is the standard's class, which takes the place of the browser's own",
  async run({ client }) {
    const loaded = client.module ? await client.module.load() : globalThis;
    const Source = (loaded as { EventSource?: typeof EventSource }).EventSource;
    if (!Source) return no("It has another interface.");
    const url = await playInTurn("event: price\ndata: a\n\n");
    const { source, needs } = open(Source, url, client.needs);
    try {
      const event = await new Promise<MessageEvent>((resolve) => source.addEventListener("price", resolve));
      const isStandard = event instanceof MessageEvent && source instanceof EventTarget && source.readyState === 1;
      if (!isStandard) return no("It is not an `EventTarget` with the standard's states and `MessageEvent`s.");
      return needs ? partly(`In Node.js it cannot be made without \`${JSON.stringify(needs)}\`.`) : YES;
    } finally {
      source.close();
    }
  },
} satisfies Scenario;

/** Opens a source as the browser's own is opened, or else with the options that it needs in Node.js. */
function open(Source: typeof EventSource, url: string, needs: object | undefined) {
  try {
    return { source: new Source(url), needs: undefined };
  } catch (error) {
    if (!needs) throw error;
    return { source: new Source(url, needs), needs };
  }
}
