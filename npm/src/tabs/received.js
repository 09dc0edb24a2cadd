// @ts-check

/** How many events are known. */
const MOST = 4096;

/** The same for copies of an event. @param {import("./messages.js").Entry} event */
export const keyOf = ([, , type, data, lastEventId]) => `${lastEventId}\n${type}\n${data.length}`;

/** The events with an id that a member has received of late. When another hub follows, it may send them another time. */
export class Received {
  /** @type {Set<string>} */
  #keys = new Set();

  /** Adds an event. Returns whether it was not known. @param {import("./messages.js").Entry} event */
  add(event) {
    const key = keyOf(event);
    // Without an id, events that are equal may be different ones.
    if (!event[4]) return true;
    if (this.#keys.has(key)) return false;
    this.#keys.add(key);
    if (this.#keys.size > MOST) for (const oldest of this.#keys) return this.#keys.delete(oldest);
    return true;
  }
}
