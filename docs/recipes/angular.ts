// Angular: a resource whose value grows with a stream.

import { type ResourceStreamItem, resource, signal } from "@angular/core";
import { EventSource } from "typed-eventsource";

/** What an event holds. */
export interface Trade {
  price: number;
}

/**
 * The last trades of a symbol. Call it where `inject` may be called, such as in a field of a component. Where there is no symbol, no
 * source is open; another symbol closes the source of the last one, and so does the end of the component.
 */
export const tradesOf = (symbol: () => string | undefined) =>
  resource({
    // An object, since Angular leaves the last stream open when the parameters become `undefined`.
    params: () => ({ symbol: symbol() }),
    stream: async ({ params: { symbol }, abortSignal }) => {
      const trades = signal<ResourceStreamItem<Trade[]>>({ value: [] });
      if (symbol === undefined) return trades;
      let shown: Trade[] = [];
      const source = new EventSource<{ trade: Trade }>(`/trades/${symbol}`, { policy: "resilient", signal: abortSignal });
      // Once a frame.
      source.onBatch(["trade"], (events) => {
        shown = [...shown, ...events.map(({ data }) => data)].slice(-100);
        trades.set({ value: shown });
      });
      source.onState((state) => {
        if (state.type === "closed" && state.reason.type === "policy") trades.set({ error: state.reason.error });
      });
      return trades;
    },
  });
