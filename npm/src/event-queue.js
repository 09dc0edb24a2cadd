// @ts-check

/** @typedef {import("./typed-event.js").TypedEvent} TypedEvent */
/** @typedef {IteratorResult<TypedEvent, undefined>} Result */

/** The queue of events that wait for a consumer. If it is full, events are dropped. */
export class EventQueue {
  /**
   * What the consumer gets. It works behind a `Proxy` too: only `[Symbol.asyncIterator]` uses `this`, and so returns the proxy.
   *
   * @type {import("./index.js").EventIterator<TypedEvent>}
   */
  iterator;
  /** How many events were dropped. */
  dropped = 0;

  /** @type {TypedEvent[]} */
  #queue = [];
  /** The consumers that wait for events. @type {((result: Result | Promise<Result>) => void)[]} */
  #waiting = [];
  #isDropping = false;
  #hasEnded = false;
  /** What the last step throws, if anything. @type {unknown[]} */
  #errors = [];
  #settings;

  /**
   * @param {{ capacity: number, whenFull: string }} settings
   * @param {() => void} leave Stops listening.
   */
  constructor(settings, leave) {
    this.#settings = settings;
    const queue = this;
    this.iterator = {
      get dropped() {
        return queue.dropped;
      },
      next: () => this.#next(),
      return: async () => {
        leave();
        this.#queue = [];
        this.end();
        return this.#last();
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /** Whether it is at least half full, so that its consumer should have a turn. */
  get isHalfFull() {
    return this.#queue.length * 2 >= this.#settings.capacity;
  }

  /**
   * Adds an event. Returns `"full"` if there was no room for it, `"dropping"` if it is the first for which others were
   * dropped.
   *
   * @param {TypedEvent} event
   */
  push(event) {
    const resolve = this.#waiting.shift();
    if (resolve) {
      resolve({ value: event, done: false });
      return;
    }
    const { capacity, whenFull } = this.#settings;
    const isFull = this.#queue.length >= capacity;
    if (isFull && whenFull === "close") {
      this.dropped += 1;
      return "full";
    }
    if (isFull) this.dropped += this.#queue.splice(0, whenFull === "keep-latest" ? capacity : 1).length;
    this.#queue.push(event);
    if (!isFull || this.#isDropping) return;
    this.#isDropping = true;
    return "dropping";
  }

  /** Ends the queue after the waiting events and the error. @param {unknown[]} errors None or one, which may be any value. */
  end(...errors) {
    this.#hasEnded = true;
    this.#errors = errors;
    for (const resolve of this.#waiting.splice(0)) resolve(this.#last());
  }

  /** @returns {Promise<Result>} */
  #next() {
    const value = this.#queue.shift();
    if (value) {
      this.#isDropping = false;
      return Promise.resolve({ value, done: false });
    }
    if (this.#hasEnded) return this.#last();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Returns the error once, then the end. @returns {Promise<Result>} */
  #last() {
    return this.#errors.length ? Promise.reject(this.#errors.pop()) : Promise.resolve({ value: undefined, done: true });
  }
}
