// @ts-check

/** @typedef {import("./choices.js").State} State */
/** @typedef {import("../../pkg/index.js").EventSourceInit} Options */

/** The parameter by which the URL has the last event id, if it does. */
export const RESUME_PARAMETER = "lastEventId";

/**
 * The options of the source. They are what runs, and what the code shows.
 *
 * @param {State} state
 * @returns {Options}
 */
export function optionsOf(state) {
  const { transport, deduplicate, resumeParameter, terminalEvent, failureEvent } = state;
  return /** @type {Options} */ (
    without({
      transport: transport === "fetch" ? "fetch" : undefined,
      policy: policyOf(state),
      deduplicate,
      resumeParameter: resumeParameter && RESUME_PARAMETER,
      terminalEvent: terminalEvent && "bye",
      failureEvent: failureEvent && "failure",
    })
  );
}

/** @param {State} state */
function policyOf(state) {
  const { preset, initial, max, jitter, maxAttempts, reconnectionTime, idle, opening } = state;
  const { closeAfterLosses, closeAfterDecodeErrors, closeWhenDownFor, givenUp, retryStatuses } = state;
  const backoff = without({ initial, max, jitter: jitter && false, maxAttempts });
  const changes = without({
    backoff: isEmpty(backoff) ? undefined : backoff,
    reconnectionTime,
    idle,
    opening,
    closeAfterLosses,
    closeAfterDecodeErrors,
    closeWhenDownFor,
    givenUp,
    retryStatuses,
  });
  const named = preset === "browser" ? undefined : preset;
  return isEmpty(changes) ? named : without({ preset: named, ...changes });
}

/**
 * The object without the properties that are undefined.
 *
 * @param {Record<string, unknown>} object
 */
const without = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

/** @param {object} object */
const isEmpty = (object) => Object.keys(object).length === 0;
