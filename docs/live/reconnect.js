// A connection that is cut, and comes back after the last event.

import { EventSource, onCountdown } from "typed-eventsource";

/** The recorded events, a name and the data of each. */
export const events = Array.from({ length: 40 }, (_, index) => /** @type {const} */ (["line", `line ${index + 1} of 40`]));

/** How many attempts the server refuses after a cut. */
export const refusals = 2;

/** @type {import("./page.js").Watch} */
export function watch(url, { opened, show, showState, showSeconds }) {
  /** @type {EventSource<{ line: string }>} */
  const source = new EventSource(url, { transport: "fetch", policy: "resilient" });
  source.on("line", ({ data, lastEventId }) => show(`${lastEventId}: ${data}`));
  source.onState(showState);
  source.onAttempt(({ number, outcome }) => show(`attempt ${number}: ${outcome}`));
  onCountdown(source, showSeconds);
  opened(source);
}
