// @ts-check
// The session of the wasm half, which speaks in numbers: those of `numbers.js`.

import { milliseconds, oneOf } from "./checks.js";
import { reportException } from "./error.js";
import { memory } from "./init.js";
import { DECISIONS, DECISION_AS_PROPOSED, DECISION_REOPEN, STATES, STATE_WAITING } from "./numbers.js";
import { numbersOf, presetOf } from "./policy.js";
import { freeSession, newSession, pollSession, tellSession } from "./wasm/typed_eventsource.js";

export { freeSession };

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** @param {import("./options.js").Settings} settings @param {boolean} isOffline @param {number} now */
export function openSession(settings, isOffline, now) {
  const {
    policy,
    isFetch,
    isRepeatable,
    isSharing,
    resumeParameter,
    terminalEvent,
    terminalData,
    deduplicate = 0,
    lastEventId = "",
  } = settings;
  const flags = [
    isFetch,
    policy.rule,
    isRepeatable,
    resumeParameter !== undefined,
    (terminalEvent ?? terminalData) !== undefined,
    isOffline,
    isSharing,
  ];
  return newSession(
    presetOf(policy),
    numbersOf(policy),
    flags.reduce((sum, flag, bit) => sum + (flag ? 1 << bit : 0), 0),
    deduplicate,
    encoder.encode(lastEventId),
    now,
  );
}

/**
 * What to do next, and what there is to know of it: a kind, the failure, after how long it failed, how many times in a row
 * the connection has failed, an amount, what follows a report, the limit, its value, decode errors in a row, and for how
 * long it is down. Where there is nothing to do: at index 11 and 12 what the session wants to be told of, and the deadline.
 * Behind them is where a text lies.
 *
 * @param {number} session
 */
export const poll = (session) => numbersAt(pollSession(session));

/**
 * Tells a session of an input, and of the last event id where there is one to tell of. Answers where the numbers are whose
 * text is the session's last event id then; of an event, what to do and what the session wants.
 *
 * @param {number} session
 * @param {number} type
 * @param {string | null} lastEventId
 * @param {[detail: number, time: number, failures: number, now: number, random: number]} details
 */
export const tell = (session, type, lastEventId, ...details) =>
  tellSession(session, type, lastEventId === null ? undefined : encoder.encode(lastEventId), ...details);

/** @param {number} address */
export const numbersAt = (address) => new Float64Array(memory().buffer, address, 15);

/** @param {Float64Array} numbers */
export const textOf = (numbers) => decoder.decode(new Uint8Array(memory().buffer, numbers[13], numbers[14]));

/** @param {number} kind @param {number} attempt @param {number} retryIn @returns {import("./index.js").State} */
export function stateOf(kind, attempt, retryIn) {
  const type = STATES[kind];
  return /** @type {any} */ ({ type, ...(kind >= STATE_WAITING && { attempt }), ...(retryIn >= 0 && { retryIn }) });
}

/** @param {Float64Array} numbers @returns {import("./index.js").Gap} */
export function gapOf(numbers) {
  const [after, before] = textOf(numbers).split("\n");
  return { after, before, missed: numbers[5] };
}

const decision = oneOf(...DECISIONS);

/**
 * Asks the user's rule. Answers with the number of its decision, and a wait.
 *
 * @param {any} rule
 * @param {object} context
 * @param {number} kind Of what is proposed.
 * @param {number} wait
 * @returns {[number, number]}
 */
export function askRule(rule, context, kind, wait) {
  const proposed = { type: DECISIONS[kind], ...(kind === DECISION_REOPEN && { after: wait }) };
  try {
    const answer = rule({ ...context, proposed }) ?? proposed;
    if (answer === proposed) return [DECISION_AS_PROPOSED, 0];
    const { type, after } = answer;
    return [DECISIONS.indexOf(decision(type, "policy.rule(…).type")), type === "reopen" ? milliseconds(after, "policy.rule(…).after") : 0];
  } catch (exception) {
    reportException(exception);
    return [DECISION_AS_PROPOSED, 0];
  }
}
