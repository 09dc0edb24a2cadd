// @ts-check
// What is known of the ids of events: which were handed over, and how far they go.

/** @typedef {import("./index.js").Gap} Gap */

export class Ids {
  #room;
  /** Of those that were handed over the last ones, in their order. @type {Set<string>} */
  #window = new Set();
  /** Of the event before, where there was one in this connection. @type {string | undefined} */
  #previous;
  /** The highest that is a number. */
  #highest = "";
  /** Whether no event has gone further since the connection was made. */
  #isAnew = false;

  /** @param {number} room How many to remember. @param {string} start Where the source goes on from. */
  constructor(room, start) {
    this.#room = room;
    this.repeats(start, true);
    this.goOn(start);
  }

  connected() {
    this.#previous = undefined;
    this.#isAnew = true;
  }

  /**
   * Whether an event repeats one in the window. If not, it is there from now on.
   *
   * @param {string} id
   * @param {boolean} [isOwn] Whether the event has an `id` field. Where the transport does not tell, an event with the id
   *   of the one before is taken for one without.
   */
  repeats(id, isOwn) {
    const previous = this.#previous;
    this.#previous = id;
    if (!id) {
      // The server has taken the id back, and may count from the start again.
      if (isOwn ?? previous) this.#forget();
      return false;
    }
    if (!(isOwn ?? id !== previous)) return false;
    if (this.#window.has(id)) return true;
    this.#window.add(id);
    if (this.#window.size > this.#room) this.#window.delete(/** @type {string} */ (this.#window.values().next().value));
    return false;
  }

  /** What nobody listens to has moved the last event id on. @param {string} id */
  passed(id) {
    if (!id) this.#forget();
    return this.goOn(id);
  }

  /** The gap before an id, if it is the first one behind all others since the connection was made. @param {string} id @returns {Gap | undefined} */
  goOn(id) {
    if (!/^\d{1,20}$/.test(id) || BigInt(id) >> 64n) return;
    const after = this.#highest;
    const missed = after ? Number(BigInt(id) - BigInt(after) - 1n) : 0;
    if (missed < 0) return;
    const isGap = this.#isAnew && missed;
    this.#highest = id;
    this.#isAnew = false;
    if (isGap) return { after, before: id, missed };
  }

  #forget() {
    this.#window.clear();
    this.#highest = "";
    this.#isAnew = false;
  }
}
