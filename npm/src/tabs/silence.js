// @ts-check
// Notices when a hub falls silent: its worker or its tab is suspended, or gone without notice.

/** How often to look, in milliseconds. */
const PERIOD = 150;

/** How many questions in a row may stay unanswered. */
const MOST_UNANSWERED = 2;

/**
 * Asks a hub that has said nothing, and calls back once it does not answer; another time if it has answered since then, and falls silent
 * again. Each answer has to be noted.
 *
 * @param {import("../host.js").Host} host
 * @param {() => void} ask
 * @param {() => void} onSilence
 */
export function watchSilence(host, ask, onSilence) {
  let looks = 0;
  let cancel = () => {};
  const look = () => {
    cancel = host.after(PERIOD, look);
    // The first period after a word is no silence yet.
    if (looks) ask();
    looks += 1;
    if (looks === MOST_UNANSWERED + 2) onSilence();
  };
  look();
  return {
    note() {
      looks = 0;
    },
    stop: () => cancel(),
  };
}
