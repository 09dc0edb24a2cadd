// @ts-check
// The latest of a stream, for members that are behind.

import { EVENT, LOST, STATE } from "./kinds.js";

/** @typedef {import("./messages.js").Entry} Entry */

/** The most entries, and the most characters of their data, that are kept. */
export const MOST_ENTRIES = 4096;
export const MOST_CHARACTERS = 4 * 1024 * 1024;

/** The most entries that are sent at once, and their characters. */
const BATCH_ENTRIES = 512;
const BATCH_CHARACTERS = 256 * 1024;

/** @param {Entry} entry */
const sizeOf = ([, kind, , data]) => (kind === EVENT ? data.length : 0);

export class Log {
  /** @type {Entry[]} */
  #entries = [];
  /** The number of the last entry. They count from 1. */
  last = 0;
  #characters = 0;
  /** The last state that is no longer kept. @type {Entry | undefined} */
  #state;

  /** @param {number} kind @param {any[]} details */
  add(kind, details) {
    /** @type {Entry} */
    const entry = [(this.last += 1), kind, ...details];
    this.#entries.push(entry);
    this.#characters += sizeOf(entry);
    // The last one is kept, however large it is.
    while (this.#entries.length > MOST_ENTRIES || (this.#characters > MOST_CHARACTERS && this.#entries.length > 1)) {
      const oldest = /** @type {Entry} */ (this.#entries.shift());
      this.#characters -= sizeOf(oldest);
      if (oldest[1] === STATE) this.#state = oldest;
    }
  }

  /** How many entries are no longer kept. */
  get cut() {
    return this.last - this.#entries.length;
  }

  /** The number of the last event with this id. @param {string} lastEventId */
  numberOf(lastEventId) {
    return this.#entries.findLast(([, kind, , , id]) => kind === EVENT && id === lastEventId)?.[0];
  }

  /**
   * What follows on this entry: a batch of it, and the id of the last event in it. It begins with how much is no longer kept, and with
   * the state then.
   *
   * @param {number} number
   * @returns {{ upTo: number, entries: Entry[], lastEventId?: string }}
   */
  after(number) {
    const lost = Math.max(this.cut - number, 0);
    /** @type {Entry[]} */
    const entries = lost ? [[0, LOST, lost]] : [];
    if (lost && this.#state) entries.push([0, STATE, ...this.#state.slice(2)]);
    const start = number + lost - this.cut;
    let characters = 0;
    let end = start;
    let lastEventId;
    while (end < this.#entries.length && end - start < BATCH_ENTRIES && characters < BATCH_CHARACTERS) {
      const entry = /** @type {Entry} */ (this.#entries[end]);
      characters += sizeOf(entry);
      entries.push(entry);
      if (entry[1] === EVENT) lastEventId = entry[4];
      end += 1;
    }
    return { upTo: this.cut + end, entries, lastEventId };
  }
}
