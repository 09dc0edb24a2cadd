// @ts-check

/** The longest that other tasks have to wait while a stream is read, in milliseconds: one frame. */
const LONGEST = 16;

/** A chunk that comes sooner may have been there already, in milliseconds. */
const SHORTEST_WAIT = 1;

/** So many waits in a row count as the turn of other tasks. Promises of the user's functions may take as long, and let none run. */
const MOST_WAITS = 8;

/** How many events to read before looking at the clock, which costs as much as a small event. */
const EVENTS_PER_LOOK = 32;

/**
 * Yields to the event loop, however fast the server sends. Chunks arrive by promises, which let no other task run as
 * long as there are more.
 */
export class Yielder {
  /** @type {MessageChannel | undefined} */
  #channel;
  #events = 0;
  /** Since when other tasks have to wait. */
  #since = performance.now();
  /** When it was last asked whether to yield. */
  #asked = 0;
  /** How many waits for a chunk there were since it last yielded. */
  #waits = 0;

  /** If a chunk was waited for, other tasks have had their turn: a slow stream need not yield. Returns the time. */
  noteChunk() {
    const now = performance.now();
    if (now - this.#asked >= SHORTEST_WAIT && this.#waits < MOST_WAITS) {
      this.#since = now;
      this.#waits += 1;
    }
    return now;
  }

  /** Counts an event, and returns whether it is time to yield. */
  shouldYieldAfterEvent() {
    this.#events += 1;
    return this.#events % EVENTS_PER_LOOK === 0 && this.shouldYield();
  }

  shouldYield() {
    this.#asked = performance.now();
    return this.#asked - this.#since >= LONGEST;
  }

  /**
   * Yields by sending itself a message, which arrives after all waiting tasks. Timers would be delayed in hidden pages.
   */
  async yieldNow() {
    await new Promise((resolve) => {
      // Workers with an old compatibility date have no channels.
      if (!globalThis.MessageChannel) return setTimeout(resolve);
      const { port1, port2 } = (this.#channel ??= new MessageChannel());
      port1.onmessage = resolve;
      port2.postMessage(undefined);
    });
    this.#since = performance.now();
    this.#waits = 0;
  }

  close() {
    this.#channel?.port1.close();
  }
}
