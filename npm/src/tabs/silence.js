// @ts-check
// Notices when a hub falls silent: its worker or its tab is suspended, or gone without notice.

/** How often to look, in milliseconds. */
const PERIOD = 200;

/** How many questions in a row may stay unanswered. */
const MOST_UNANSWERED = 2;

/**
 * Asks a hub that has said nothing, and calls back once it does not answer. Each answer has to be noted.
 *
 * @param {import("../host.js").Host} host
 * @param {() => void} ask
 * @param {() => void} onSilence
 */
export function watchSilence(host, ask, onSilence) {
  let unanswered = 0;
  let cancel = () => {};
  const look = () => {
    if (unanswered > MOST_UNANSWERED) return onSilence();
    // The first period after a word is no silence yet.
    if (unanswered) ask();
    unanswered += 1;
    cancel = host.after(PERIOD, look);
  };
  look();
  return {
    note() {
      unanswered = 0;
    },
    stop: () => cancel(),
  };
}
