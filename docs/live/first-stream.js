// A first stream: events with types, and an end.

import { EventSource } from "typed-eventsource";

/** The recorded events, a name and the data of each. */
export const events = [
  ["price", { symbol: "ACME", price: 101.5 }],
  ["price", { symbol: "ACME", price: 101.25 }],
  ["price", { symbol: "GLOBEX", price: 42 }],
  ["halt", { symbol: "GLOBEX", reason: "news is pending" }],
  ["price", { symbol: "ACME", price: 102.75 }],
  ["bye", null],
];

/** @typedef {{ price: { symbol: string, price: number }, halt: { symbol: string, reason: string } }} Feed */

/** @type {import("./page.js").Watch} */
export function watch(url, { opened, show, showState }) {
  /** @type {EventSource<Feed>} */
  const source = new EventSource(url, { policy: "resilient", terminalEvent: "bye" });
  source.on("price", ({ data }) => show(`${data.symbol} ${data.price.toFixed(2)}`));
  source.on("halt", ({ data }) => show(`${data.symbol} is halted: ${data.reason}`));
  source.onState(showState);
  source.onError(({ message }) => show(message));
  opened(source);
}
