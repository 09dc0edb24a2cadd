// @ts-check
import init, { EventSource } from "../pkg/index.js";

await init();

/**
 * What the server sends: the names of its events, and the data of each.
 *
 * @typedef {{
 *   price: { symbol: string, price: number, change: number, time: number },
 *   halt: { symbol: string, reason: string },
 *   resume: { symbol: string },
 *   message: { text: string },
 *   bye: { text: string },
 * }} Feed
 */

/**
 * Opens the stream and hands on what it brings.
 *
 * @param {string} url
 * @param {import("./app.js").Page} page
 */
export function open(url, page) {
  /** @type {EventSource<Feed>} */
  const source = new EventSource(url, {
    policy: { preset: "resilient", backoff: { initial: 1_500, max: 6_000 } },
    resumeParameter: "lastEventId",
    terminalEvent: "bye",
  });

  source.on("price", ({ data }) => page.price(data));
  source.on("halt", ({ data }) => page.halt(data));
  source.on("resume", ({ data }) => page.resume(data));
  source.on("message", ({ data }) => page.notice(data));
  source.on("bye", ({ data }) => page.notice(data));

  source.onState((state) => page.state(state));
  source.onError((error) => page.error(error));

  return source;
}
