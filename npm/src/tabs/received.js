// @ts-check
import { digestOf } from "./package.js";

/** How many events are known. */
const MOST = 4096;

/** The same for copies of an event. What comes without an id has that of an earlier one. @param {import("./messages.js").Entry} event */
export const keyOf = ([, , type, data, lastEventId]) => `${lastEventId}\n${type}\n${data.length}\n${digestOf(data)}`;

/** The events with an id that a member has received of late. When another hub follows, it may send them another time. */
export class Received {
  /** @type {Set<string>} */
  #keys = new Set();

  /** @param {import("./messages.js").Entry} event */
  has(event) {
    return this.#keys.has(keyOf(event));
  }

  /** @param {import("./messages.js").Entry} event */
  add(event) {
    // Without an id, events that are equal may be different ones.
    if (!event[4]) return;
    this.#keys.add(keyOf(event));
    if (this.#keys.size > MOST) for (const oldest of this.#keys) return this.#keys.delete(oldest);
  }
}
