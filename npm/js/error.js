// @ts-check

/** @typedef {import("./index.js").ErrorCode} ErrorCode */

/** What went wrong with a source. */
export class EventSourceError extends Error {
  /** How many times in a row the connection has failed. @type {number | undefined} */
  attempt;
  /** The HTTP status. @type {number | undefined} */
  status;

  /**
   * @param {ErrorCode} code
   * @param {string} message
   * @param {{ cause?: unknown, [detail: string]: unknown }} [details]
   */
  constructor(code, message, { cause, ...details } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    Object.assign(this, details);
  }

  /** @returns {"EventSourceError"} */
  get name() {
    return "EventSourceError";
  }
}

/** What an exception says. @param {any} exception */
export const messageOf = (exception) => String(exception?.message ?? exception);

/** Hands an exception to the global error handler, as the DOM does with those of its listeners. @param {unknown} exception */
export function report(exception) {
  if ("reportError" in globalThis) reportError(exception);
  else setTimeout(() => { throw exception; });
}
