// @ts-check
// Events by the batch, such as once a frame: a page that renders for each event of a fast stream freezes.

import { count, milliseconds, object, read } from "./checks.js";
import { browser } from "./host.js";
import { Listeners } from "./listeners.js";

/** @typedef {import("./host.js").Host} Host */
/** @typedef {import("./typed-event.js").TypedEvent} TypedEvent */

/** When a batch is handed over: some time after its first event (`later`), or once it has so many events. @typedef {{ most: number, later: (callback: () => void) => () => void }} Pace */

/** How long a frame takes where there are none, in milliseconds. */
const FRAME = 16;

/** How long a frame is waited for, in milliseconds. A window that others cover has none. */
const LONGEST = 500;

const OPTIONS = {
  per: (/** @type {any} */ value, /** @type {string} */ name) => (value === "frame" ? value : milliseconds(value, name)),
  most: count,
};

/** @param {Host} host @param {import("./index.js").BatchOptions} [options] @returns {Pace} */
export function paceOf(host, options = {}) {
  const { per = "frame", most = 10_000 } = read(object(options, "options"), OPTIONS, "options.");
  return {
    most: Math.max(most, 1),
    later(callback) {
      if (per !== "frame") return host.after(per, callback);
      // The timers of a hidden page are late by up to a second, and it has no frames.
      if (host !== browser || host.isHidden() || !globalThis.requestAnimationFrame) return host.after(FRAME, callback);
      const cancel = () => {
        stop();
        cancelAnimationFrame(frame);
      };
      const call = () => {
        cancel();
        callback();
      };
      const stop = host.after(LONGEST, call);
      const frame = requestAnimationFrame(call);
      return cancel;
    },
  };
}

/** The events that gather for a handler. */
export class Batch {
  /** @type {TypedEvent[]} */
  #events = [];
  /** @type {(() => void) | undefined} */
  #cancel;
  #handlers = new Listeners();
  #pace;
  #onDue;

  /**
   * @param {Pace} pace
   * @param {(events: TypedEvent[]) => void} handler
   * @param {() => void} onDue Called when it is time to hand over what has gathered.
   */
  constructor(pace, handler, onDue) {
    this.#pace = pace;
    this.#onDue = onDue;
    this.#handlers.add(handler);
  }

  /** Adds an event, and returns whether there are so many now that they were handed over. @param {TypedEvent} event */
  add(event) {
    this.#cancel ??= this.#pace.later(this.#onDue);
    const isLarge = this.#events.push(event) >= this.#pace.most;
    if (isLarge) this.handOver();
    return isLarge;
  }

  handOver() {
    const events = this.drop();
    if (events.length) this.#handlers.call(events);
  }

  drop() {
    this.#cancel?.();
    this.#cancel = undefined;
    return this.#events.splice(0);
  }
}
