// @ts-check
// What is wrong with a source, in the words of errors: the machine of its policy knows none.

import { milliseconds, oneOf } from "./checks.js";
import { EventSourceError, report } from "./error.js";

/** @typedef {import("./wasm/typed_eventsource.js").Action} Action */
/** @typedef {import("./wasm/typed_eventsource.js").Machine} Machine */
/** @typedef {import("./wasm/typed_eventsource.js").Tick} Tick */

/** What is wrong with the connection when the clock has brought this. @param {Tick} tick @param {number} after */
export function broughtBy(tick, after) {
  switch (tick) {
    case "slowOpen":
      return new EventSourceError("open-timeout", `the connection was not open after ${after} ms`, { after });
    case "idle":
      return new EventSourceError("idle", `no sign of life for ${after} ms`, { after });
    case "woken":
      return new EventSourceError("suspended", "the connection may not have outlived a sleep of the page or a change of the network");
  }
}

/**
 * Asks the user's own rule.
 *
 * @param {Function} rule
 * @param {Machine} machine
 * @param {EventSourceError} error
 * @returns {[Action, number] | undefined}
 */
export function ask(rule, machine, error) {
  const { failures, decodeErrors, downFor, action, after } = machine;
  const proposed = { type: action, ...(action === "reopen" && { after }) };
  try {
    const { type, after } = rule({ error, failures, decodeErrors, downFor, proposed }) ?? proposed;
    return [DECISION(type, "policy.rule(…).type"), type === "reopen" ? milliseconds(after, "policy.rule(…).after") : 0];
  } catch (exception) {
    report(exception);
  }
}

const DECISION = oneOf("keepWaiting", "reopen", "close");

/**
 * The error that names the limit which was reached, or just what went wrong.
 *
 * @param {Machine} machine
 * @param {EventSourceError} [error]
 * @param {EventSourceError} [before] The last one of the connection.
 */
export function limited({ reached, limitValue }, error, before) {
  if (reached === "tooMany") {
    return new EventSourceError("too-many", `${limitValue} times in a row is too often: ${error?.message}`, {
      count: limitValue,
      cause: error,
    });
  }
  if (reached === "downTooLong") {
    const cause = error ?? before;
    const detail = cause ? `: ${cause.message}` : "";
    return new EventSourceError("down-too-long", `the source has been down for ${limitValue} ms${detail}`, {
      after: limitValue,
      cause,
    });
  }
  return error ?? new EventSourceError("given-up", "the policy has closed the source");
}
