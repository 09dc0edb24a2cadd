// @ts-check
import { reportException } from "./error.js";

/** @typedef {{ callback?: (argument: any) => void }} Listener A listener without a callback was removed, and holds nothing. */

/**
 * Callbacks, called in the order in which they were added. One that is added during a call is first called the next
 * time.
 */
export class Listeners {
  /** Replaced when it changes, since it may change during an iteration. @type {readonly Listener[]} */
  #listeners = [];

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
    const listener = { callback };
    this.#listeners = [...this.#listeners, listener];
    return () => {
      listener.callback = undefined;
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
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
    this.#listeners = [];
  }
}
