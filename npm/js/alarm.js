// @ts-check

/** The longest that a timer runs, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/** Rings in time for a deadline. It may ring too early, which does no harm, so that a deadline that moves on need not move it. */
export class Alarm {
  #host;
  #ring;
  #deadline = Infinity;
  stop = () => {};

  /**
   * @param {import("./host.js").Host} host
   * @param {(late: number) => void} ring Hears by how many milliseconds the timer was late.
   */
  constructor(host, ring) {
    this.#host = host;
    this.#ring = ring;
  }

  /** Rings at this time of the host at the latest. @param {number} deadline */
  set(deadline) {
    if (this.#deadline <= deadline) return;
    this.stop();
    this.#deadline = deadline;
    const delay = Math.min(Math.max(Math.ceil(deadline - this.#host.now()), 0), LONGEST);
    this.stop = this.#host.after(delay, (late) => {
      this.#deadline = Infinity;
      this.#ring(late);
    });
  }
}
