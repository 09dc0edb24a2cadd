// @ts-check
import { reportException } from "./error.js";

/** @typedef {{ callback?: (argument: any) => void }} Listener One without is no longer listening, and holds nothing. */

/** Callbacks, called in the order in which they were added. One that is added meanwhile is first called the next time. */
export class Listeners {
  /** Replaced when it changes, since it may change while it is gone through. @type {readonly Listener[]} */
  #listeners = [];

  get isEmpty() {
    return !this.#listeners.length;
  }

  /**
   * Adds a callback, and answers what takes it out again.
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

  /** Those who listen now, for a later call. */
  get snapshot() {
    return this.#listeners;
  }

  /** Calls them. An exception of one stops no other. @param {any} argument */
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
