// @ts-check
import { EventSource } from "../../pkg/index.js";
import { number, object, string } from "../schema.js";

const schemas = {
  price: object({ symbol: string, price: number, change: number, time: number }),
  halt: object({ symbol: string, reason: string }),
  resume: object({ symbol: string }),
  message: object({ text: string }),
  bye: object({ text: string }),
};

/**
 * What the server sends: the names of its events, and the data of each.
 *
 * @typedef {import("../schema.js").Feed<typeof schemas>} Feed
 */

/**
 * Opens the stream, which all tabs share, and passes on its events.
 *
 * @param {{ client: string, signal: AbortSignal }} options
 * @param {import("../panels/prices.js").PricesPanel} panel
 */
export function openPrices({ client, signal }, panel) {
  /** @type {EventSource<Feed>} */
  const source = new EventSource(`/demo/prices?client=${client}`, {
    schemas,
    shared: "tabs",
    policy: { preset: "resilient", backoff: { initial: 1_500, max: 6_000 } },
    resumeParameter: "lastEventId",
    terminalEvent: "bye",
    signal,
  });

  source.on("price", ({ data }) => panel.price(data));
  source.on("halt", ({ data }) => panel.halt(data));
  source.on("resume", ({ data }) => panel.resume(data));
  source.on("message", ({ data }) => panel.notice(data));
  source.on("bye", ({ data }) => panel.notice(data));
  source.onState((state) => panel.setConnected(state.type === "open"));

  return source;
}
