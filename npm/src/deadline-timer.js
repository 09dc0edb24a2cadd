// @ts-check

/** The longest that a timer runs, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/**
 * Fires at a deadline. It may fire too early, which does no harm, so a later deadline need not move it.
 *
 * @param {import("./host.js").Host} host
 * @param {(lateBy: number) => void} fire Called with how many milliseconds late the timer was.
 */
export function deadlineTimer(host, fire) {
  let due = Infinity;
  let stop = () => {};
  return {
    stop: () => stop(),
    /** Fires at this time of the host or earlier. @param {number} deadline */
    set(deadline) {
      if (due <= deadline) return;
      stop();
      due = deadline;
      const delay = Math.min(Math.max(Math.ceil(deadline - host.now()), 0), LONGEST);
      stop = host.after(delay, (lateBy) => {
        due = Infinity;
        fire(lateBy);
      });
    },
  };
}
