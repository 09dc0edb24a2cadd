// @ts-check

/** The longest that everything else has to wait while a stream is read, in milliseconds: a frame. */
const LONGEST = 16;

/** After how many events to look at the clock, which costs as much as a small event. */
const EVENTS_PER_LOOK = 32;

/**
 * Yields to the event loop, however fast the server sends. Chunks come by promises, which let nothing else in as long as
 * there are more.
 */
export class Yielder {
  /** @type {MessageChannel | undefined} */
  #channel;
  #events = 0;
  #since = performance.now();

  /** Whether it is time to yield, after another event. */
  shouldYieldAfterEvent() {
    this.#events += 1;
    return this.#events % EVENTS_PER_LOOK === 0 && this.shouldYield();
  }

  shouldYield() {
    return performance.now() - this.#since >= LONGEST;
  }

  /** A message to oneself comes after all that waits already; timers would be held back in hidden pages. */
  async yieldNow() {
    const { port1, port2 } = (this.#channel ??= new MessageChannel());
    await new Promise((resolve) => {
      port1.onmessage = resolve;
      port2.postMessage(undefined);
    });
    this.#since = performance.now();
  }

  close() {
    this.#channel?.port1.close();
  }
}
