// @ts-check
import { EventSource } from "typed-eventsource";

/** @param {"browser" | "fetch"} transport @param {number} count */
export async function collectPrices(transport, count) {
  const prices = [];
  /** @type {EventSource<{ price: { symbol: string, price: number } }>} */
  const source = new EventSource("/prices", { transport, policy: "resilient" });
  for await (const { data, lastEventId } of source.events("price")) {
    if (prices.push({ id: Number(lastEventId), ...data }) === count) break;
  }
  source.close();
  return prices;
}
