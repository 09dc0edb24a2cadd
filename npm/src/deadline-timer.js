// @ts-check

/** The longest that a timer runs, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/**
 * Fires in time for a deadline. It may fire too early, which does no harm, so that a deadline that moves on need not move it.
 *
 * @param {import("./host.js").Host} host
 * @param {(late: number) => void} fire Told by how many milliseconds the timer was late.
 */
export function deadlineTimer(host, fire) {
  let due = Infinity;
  let stop = () => {};
  return {
    stop: () => stop(),
    /** Fires at this time of the host at the latest. @param {number} deadline */
    set(deadline) {
      if (due <= deadline) return;
      stop();
      due = deadline;
      const delay = Math.min(Math.max(Math.ceil(deadline - host.now()), 0), LONGEST);
      stop = host.after(delay, (late) => {
        due = Infinity;
        fire(late);
      });
    },
  };
}
