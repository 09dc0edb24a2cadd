// @ts-check
import { FAILURE_IDLE, FAILURE_OPEN_TIMEOUT, FAILURE_REFRESH_TIMEOUT, LIMIT_DOWN_TOO_LONG, LIMIT_TOO_MANY } from "./numbers.js";

/** @typedef {import("./index.js").ErrorCode} ErrorCode */

/** The fields that some errors have. @typedef {EventSourceError & { attempt?: number, status?: number, retryAfter?: number }} Details */

/** What went wrong with a source. */
export class EventSourceError extends Error {
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

/** The message of an exception. @param {any} exception */
export function messageOf(exception) {
  try {
    return String(exception?.message ?? exception);
  } catch {
    return "an exception that is no text";
  }
}

/** The first 200 characters of a text, in one line, for a message. @param {string} text */
export function excerptOf(text) {
  // What is long is an event of megabytes.
  const line = text.slice(0, 4000).trim().replace(/\s+/g, " ");
  return line.replace(/^(.{200}).+/u, "$1…");
}

/** @param {string} url @param {unknown} [cause] */
export function connectionLost(url, cause) {
  const detail = cause === undefined ? "" : `: ${messageOf(cause)}`;
  return new EventSourceError("connection-lost", `the connection to ${url} was lost${detail}`, { url, cause });
}

/** The browser refuses the request. @param {string} url @param {unknown} cause */
export const invalidRequest = (url, cause) =>
  new EventSourceError("invalid-request", `invalid request: ${messageOf(cause)}`, { url, cause });

/** The browser's own source has given up. @param {string} url @param {string} detail */
export const givenUp = (url, detail) => new EventSourceError("given-up", `the browser gave up on ${url}: ${detail}`, { url });

/** The error for a bug of this package, or for an object that is not what it claims to be. @param {unknown} cause */
export const internal = (cause) => new EventSourceError("internal", `unexpected: ${messageOf(cause)}`, { cause });

/** An exception as an error of this package. @param {unknown} exception */
export const asError = (exception) => (exception instanceof EventSourceError ? exception : internal(exception));

/**
 * The error for a failure that the session has found, by its number.
 *
 * @param {number} failure
 * @param {number} after In milliseconds.
 */
export function errorOfFailure(failure, after) {
  if (failure === FAILURE_OPEN_TIMEOUT)
    return new EventSourceError("open-timeout", `the connection was not open after ${after} ms`, { after });
  if (failure === FAILURE_REFRESH_TIMEOUT)
    return new EventSourceError("refresh", `\`onUnauthorized\` had not ended after ${after} ms`, { after });
  if (failure === FAILURE_IDLE) return new EventSourceError("idle", `no data received for ${after} ms`, { after });
  return new EventSourceError("suspended", "the connection may not have survived a sleep of the page or a change of the network");
}

/**
 * The error that names the limit that was reached, or else its cause.
 *
 * @param {number} limit Its number.
 * @param {number} value
 * @param {EventSourceError} cause
 */
export function limitError(limit, value, cause) {
  const last = `last error: ${cause.message}`;
  if (limit === LIMIT_TOO_MANY)
    return new EventSourceError("too-many", `gave up after ${value} consecutive failures; ${last}`, { count: value, cause });
  if (limit === LIMIT_DOWN_TOO_LONG)
    return new EventSourceError("down-too-long", `gave up after ${value} ms without a healthy connection; ${last}`, {
      limit: value,
      cause,
    });
  return cause;
}

/** Passes an exception to the global error handler, as the DOM does with exceptions of listeners. @param {unknown} exception */
export function reportException(exception) {
  if ("reportError" in globalThis) reportError(exception);
  else
    setTimeout(() => {
      throw exception;
    });
}
