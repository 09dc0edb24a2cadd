import { type Scenario, YES, no, playInTurn } from "../../scenario.ts";

export default {
  question: "Is the standard's class, which takes the place of the browser's own",
  async run({ client }) {
    const loaded = client.module ? await client.module.load() : globalThis;
    const Source = (loaded as { EventSource?: typeof EventSource }).EventSource;
    if (!Source) return no("It has another interface.");
    const source = new Source(await playInTurn("event: price\ndata: a\n\n"));
    try {
      const event = await new Promise<MessageEvent>((resolve) => source.addEventListener("price", resolve));
      const isEvent = event instanceof MessageEvent && event.data === "a";
      return isEvent && source instanceof EventTarget && source.readyState === 1
        ? YES
        : no("It is not an `EventTarget` with `MessageEvent`s.");
    } finally {
      source.close();
    }
  },
} satisfies Scenario;
