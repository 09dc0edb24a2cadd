// @ts-check

/** @typedef {import("./error.js").EventSourceError} EventSourceError */

/** For how long after a line further errors of its kind have no line, in milliseconds. */
const QUIET = 60_000;

/**
 * Returns a function that writes errors of one source to the console: of each kind one in a minute, and always the one that has
 * ended the source. Without an error it writes what is left: the last of each kind that had no line.
 *
 * @param {import("./host.js").Host} host
 */
export function consoleLines(host) {
  /** By code: until when there is no further line, how many errors had none, and the last one. @type {Map<string, [number, number, EventSourceError]>} */
  const kinds = new Map();
  return (/** @type {EventSourceError | undefined} */ error, isEnd = false) => {
    if (!error) {
      for (const [, unwritten, last] of kinds.values()) if (unwritten) host.report(last, unwritten - 1);
      return kinds.clear();
    }
    const now = host.now();
    const [quietUntil, unwritten] = kinds.get(error.code) ?? [now, 0];
    const isQuiet = now < quietUntil && !isEnd;
    kinds.set(error.code, isQuiet ? [quietUntil, unwritten + 1, error] : [now + QUIET, 0, error]);
    if (!isQuiet) host.report(error, unwritten);
  };
}
