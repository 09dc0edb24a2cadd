// @ts-check

/** @typedef {import("./typed-event.js").TypedEvent} TypedEvent */
/** @typedef {import("./batches.js").Pace} Pace */
/** @typedef {IteratorResult<any, undefined>} Result A step has an event, or a batch of them. */

/** The queue of events that wait for a consumer. If it is full, events are dropped, or the server has to wait. */
export class EventQueue {
  /** How many events were dropped. */
  dropped = 0;

  /** @type {TypedEvent[]} */
  #queue = [];
  /**
   * The consumers that wait for events. Their iterator is kept with them, so that it is not collected before they have one.
   *
   * @type {{ resolve: (result: Result | Promise<Result>) => void, iterator: object }[]}
   */
  #waiting = [];
  #isDropping = false;
  #hasEnded = false;
  /** The error that the last step throws, if there is one. @type {unknown[]} */
  #errors = [];
  /** Whether nothing is to be read while it is full. */
  waits;
  #settings;
  #onRoom;
  #sizeForTurn;
  /** If the consumer gets batches: when. */
  #pace;
  /** Cancels the timer of the batch. @type {(() => void) | undefined} */
  #cancel;
  /** Whether it is time to hand over a batch. */
  #isDue = false;

  /**
   * @param {{ capacity: number, whenFull: string }} settings
   * @param {() => void} onRoom Called when the consumer of a queue that waits has made room.
   * @param {Pace} [pace]
   */
  constructor(settings, onRoom, pace) {
    this.#settings = settings;
    this.#onRoom = onRoom;
    this.#pace = pace;
    this.waits = settings.whenFull === "wait";
    this.#sizeForTurn = settings.capacity / (this.waits ? 1 : 2);
  }

  /**
   * What the consumer gets. The queue does not hold it. It works behind a `Proxy` too: only `[Symbol.asyncIterator]` uses
   * `this`, and so returns the proxy.
   *
   * @param {() => void} leave Stops listening.
   * @returns {import("./index.js").EventIterator<any>}
   */
  iterator(leave) {
    const queue = this;
    /** @type {import("./index.js").EventIterator<any>} */
    const iterator = {
      get dropped() {
        return queue.dropped;
      },
      next: () => this.#next(iterator),
      return: async () => {
        leave();
        this.#queue = [];
        this.end();
        return this.#step();
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
    return iterator;
  }

  /** Whether its consumer should have a turn: it is full, or half full if it would drop events when it is full. */
  get needsTurn() {
    return this.#queue.length >= this.#sizeForTurn;
  }

  /**
   * Adds an event. Returns `"full"` if there was no room for it, `"dropping"` if it is the first for which others were
   * dropped.
   *
   * @param {TypedEvent} event
   */
  push(event) {
    const waiting = this.#pace ? undefined : this.#waiting.shift();
    if (waiting) {
      waiting.resolve({ value: event, done: false });
      return;
    }
    const { capacity, whenFull } = this.#settings;
    const isFull = this.#queue.length >= capacity && whenFull !== "wait";
    if (isFull && whenFull === "close") {
      this.dropped += 1;
      return "full";
    }
    if (isFull) this.dropped += this.#queue.splice(0, whenFull === "keep-latest" ? capacity : 1).length;
    this.#queue.push(event);
    if (this.#pace) this.#gather(this.#pace);
    if (!isFull || this.#isDropping) return;
    this.#isDropping = true;
    return "dropping";
  }

  /** @param {Pace} pace */
  #gather({ most, later }) {
    this.#cancel ??= later(() => this.#handOver());
    if (this.#queue.length >= Math.min(most, this.#sizeForTurn)) this.#handOver();
  }

  #handOver() {
    this.#stopTimer();
    this.#isDue = this.#queue.length > 0;
    if (this.#isDue) this.#waiting.shift()?.resolve(this.#step());
  }

  #stopTimer() {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Ends the queue after the waiting events and the error. @param {unknown[]} errors None or one, which may be any value. */
  end(...errors) {
    this.#stopTimer();
    this.#hasEnded = true;
    this.#errors = errors;
    for (const { resolve } of this.#waiting.splice(0)) resolve(this.#step());
  }

  /** @param {object} iterator @returns {Promise<Result>} */
  #next(iterator) {
    const isReady = this.#hasEnded || (this.#queue.length && (!this.#pace || this.#isDue));
    return isReady ? this.#step() : new Promise((resolve) => this.#waiting.push({ resolve, iterator }));
  }

  /** Returns what is next: an event, or a batch; after them the error once, then the end. @returns {Promise<Result>} */
  #step() {
    if (!this.#queue.length) {
      return this.#errors.length ? Promise.reject(this.#errors.pop()) : Promise.resolve({ value: undefined, done: true });
    }
    const value = this.#pace ? this.#queue.splice(0, this.#pace.most) : this.#queue.shift();
    // What is left of a batch has waited as long.
    this.#isDue = this.#queue.length > 0;
    this.#isDropping = false;
    if (this.waits) this.#onRoom();
    return Promise.resolve({ value, done: false });
  }
}
