// @ts-check

/** For how long after a line further errors of its kind have no line, in milliseconds. */
const QUIET = 60_000;

/**
 * Returns a function that writes errors of one source to the console: of each kind one in a minute, and always the one that has
 * ended the source.
 *
 * @param {import("./host.js").Host} host
 */
export function consoleLines(host) {
  /** By code: until when there is no further line, and how many errors had none. @type {Map<string, [number, number]>} */
  const kinds = new Map();
  return (/** @type {import("./error.js").EventSourceError} */ error, isEnd = false) => {
    const now = host.now();
    const [quietUntil, unwritten] = kinds.get(error.code) ?? [now, 0];
    const isQuiet = now < quietUntil && !isEnd;
    kinds.set(error.code, isQuiet ? [quietUntil, unwritten + 1] : [now + QUIET, 0]);
    if (!isQuiet) host.report(error, unwritten);
  };
}
