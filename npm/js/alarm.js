// @ts-check

/** The longest that a timer runs, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/** Rings in time for a deadline. It may ring too early, which does no harm, so that a deadline that moves on need not move it. */
export class Alarm {
  #ring;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #deadline = Infinity;

  /** @param {(late: number) => void} ring Hears by how many milliseconds the timer was late. */
  constructor(ring) {
    this.#ring = ring;
  }

  /** Rings when `performance.now()` is there at the latest. @param {number} deadline */
  set(deadline) {
    if (this.#deadline <= deadline) return;
    this.stop();
    this.#deadline = deadline;
    const delay = Math.min(Math.max(Math.ceil(deadline - performance.now()), 0), LONGEST);
    // The time of day goes on while a machine sleeps, which that of `performance` does not everywhere.
    const due = Date.now() + delay;
    this.#timer = setTimeout(() => {
      this.#deadline = Infinity;
      this.#ring(Math.max(Date.now() - due, 0));
    }, delay);
  }

  stop() {
    clearTimeout(this.#timer);
  }
}
