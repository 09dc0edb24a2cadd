// @ts-check
import { report } from "./error.js";

/** @typedef {{ callback: (argument: any) => void, isListening: boolean }} Listener */

/** Callbacks, called in the order in which they were added. One that is added meanwhile first hears the next call. */
export class Listeners {
  /** Replaced when it changes, since it may change while it is gone through. @type {readonly Listener[]} */
  #listeners = [];

  get isEmpty() {
    return this.#listeners.length === 0;
  }

  /**
   * Adds a callback, and answers what takes it out again.
   *
   * @param {(argument: any) => void} callback
   */
  add(callback) {
    const listener = { callback, isListening: true };
    this.#listeners = [...this.#listeners, listener];
    return () => {
      listener.isListening = false;
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }

  /** Calls them. An exception of one stops no other. @param {any} argument */
  call(argument) {
    for (const listener of this.#listeners) {
      if (!listener.isListening) continue;
      try {
        listener.callback(argument);
      } catch (exception) {
        report(exception);
      }
    }
  }

  clear() {
    for (const listener of this.#listeners) listener.isListening = false;
    this.#listeners = [];
  }
}
