// @ts-check
import { reportException } from "./error.js";

/** @typedef {{ callback?: (argument: any) => void, seesMeta: boolean }} Listener A listener without a callback was removed, and holds nothing. */

/**
 * The start of an arrow function that takes an event apart, and leaves its id and origin: `({ data }) =>`. It has no `arguments` in
 * which it could see more. Anything else, such as a default, a quote, an escape or a comment, proves nothing.
 */
const TAKES_DATA = /^(async)?\s*\(\{((?!lastEventId|origin)[\w\s$:,{}])*\}\)\s*=>/;

const { toString } = Function.prototype;

/**
 * Callbacks, called in the order in which they were added. One that is added during a call is first called the next
 * time.
 */
export class Listeners {
  /** Replaced when it changes, since it may change during an iteration. @type {readonly Listener[]} */
  #listeners = [];
  /** Whether a listener can see the id or the origin of an event. The browser's own messages are slow to tell them. */
  seesMeta = false;

  get isEmpty() {
    return !this.#listeners.length;
  }

  /**
   * Adds a callback, and returns a function that removes it.
   *
   * @param {(argument: any) => void} callback
   */
  add(callback) {
    /** @type {Listener} */
    const listener = { callback, seesMeta: typeof callback !== "function" || !TAKES_DATA.test(toString.call(callback)) };
    this.#replace([...this.#listeners, listener]);
    return () => {
      listener.callback = undefined;
      this.#replace(this.#listeners.filter((other) => other !== listener));
    };
  }

  /** @param {readonly Listener[]} listeners */
  #replace(listeners) {
    this.#listeners = listeners;
    this.seesMeta = listeners.some(({ seesMeta }) => seesMeta);
  }

  /** The current listeners, for a later call. */
  get snapshot() {
    return this.#listeners;
  }

  /** Calls all listeners. An exception in one does not stop the others. @param {any} argument */
  call(argument, listeners = this.#listeners) {
    for (const { callback } of listeners) {
      try {
        callback?.(argument);
      } catch (exception) {
        reportException(exception);
      }
    }
  }

  clear() {
    for (const listener of this.#listeners) listener.callback = undefined;
    this.#replace([]);
  }
}
