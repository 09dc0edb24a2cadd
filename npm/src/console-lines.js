// @ts-check

/** For how long a line stands for further errors of its kind, in milliseconds. */
const QUIET = 60_000;

/** The errors of a source on the console: of each kind one in a minute. */
export class ConsoleLines {
  /** By code: until when there is no further line, and how many errors had none. @type {Map<string, [number, number]>} */
  #kinds = new Map();
  #host;

  /** @param {import("./host.js").Host} host */
  constructor(host) {
    this.#host = host;
  }

  /** @param {import("./error.js").EventSourceError} error @param {boolean} [isEnd] Whether it has ended the source: then it has a line. */
  write(error, isEnd) {
    const now = this.#host.now();
    const [quietUntil, unwritten] = this.#kinds.get(error.code) ?? [now, 0];
    const isQuiet = now < quietUntil && !isEnd;
    this.#kinds.set(error.code, isQuiet ? [quietUntil, unwritten + 1] : [now + QUIET, 0]);
    if (!isQuiet) this.#host.report(error, unwritten);
  }
}
