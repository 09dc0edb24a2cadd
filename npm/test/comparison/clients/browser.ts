// The browser's own `EventSource`.

import type { Client, Listening } from "../client.ts";
import { BROWSER } from "../columns.ts";
import { AT_DONE, BY_CLOSE } from "./own-fetch.ts";

export const browser: Client = {
  name: BROWSER,
  place: "Chromium",
  byHand: { answer: AT_DONE, signal: BY_CLOSE },
  listen(url, wishes) {
    // What it has no options for it ignores.
    const source = new EventSource(url, wishes as EventSourceInit);
    const listening: Listening = { events: [], failures: [], close: () => source.close() };
    source.addEventListener("message", ({ data }) => {
      listening.events.push({ data });
      if (wishes.answer && data === "[DONE]") source.close();
    });
    source.addEventListener("error", () => listening.failures.push({}));
    wishes.signal?.addEventListener("abort", () => source.close());
    return listening;
  },
};
