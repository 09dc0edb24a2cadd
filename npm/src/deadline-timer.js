// @ts-check

/** The longest that a timer runs, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/** Fires in time for a deadline. It may fire too early, which does no harm, so that a deadline that moves on need not move it. */
export class DeadlineTimer {
  #host;
  #fire;
  #deadline = Infinity;
  stop = () => {};

  /**
   * @param {import("./host.js").Host} host
   * @param {(late: number) => void} fire Told by how many milliseconds the timer was late.
   */
  constructor(host, fire) {
    this.#host = host;
    this.#fire = fire;
  }

  /** Fires at this time of the host at the latest. @param {number} deadline */
  set(deadline) {
    if (this.#deadline <= deadline) return;
    this.stop();
    this.#deadline = deadline;
    const delay = Math.min(Math.max(Math.ceil(deadline - this.#host.now()), 0), LONGEST);
    this.stop = this.#host.after(delay, (late) => {
      this.#deadline = Infinity;
      this.#fire(late);
    });
  }
}
