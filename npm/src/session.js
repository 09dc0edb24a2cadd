// @ts-check
// The session in the WebAssembly, whose inputs and outputs are the numbers of `numbers.js`.

import { milliseconds, oneOf } from "./checks.js";
import { reportException } from "./error.js";
import { wasm } from "./init.js";
import { encoder, copyToWasm, textAt } from "./memory.js";
import { DECISIONS, STATES } from "./names.js";
import { DECISION_AS_PROPOSED, DECISION_REOPEN, STATE_WAITING } from "./numbers.js";
import { numbersOf, presetOf } from "./policy.js";

/** @param {import("./options.js").Settings} settings @param {boolean} isOffline @param {boolean} isHidden @param {number} now */
export function openSession(settings, isOffline, isHidden, now) {
  const { policy, resumeParameter, terminalEvent, terminalData, endOfBody, deduplicate = 0, lastEventId = "" } = settings;
  const flags = [
    settings.isFetch,
    policy.rule,
    settings.isRepeatable,
    resumeParameter !== undefined,
    terminalEvent?.length || terminalData !== undefined,
    isOffline,
    settings.isSharer,
    endOfBody === "finished",
    endOfBody,
    isHidden,
    settings.request,
    settings.onUnauthorized,
  ];
  const numbers = numbersOf(policy);
  const id = encoder.encode(lastEventId);
  return wasm.newSession(
    presetOf(policy),
    copyToWasm(numbers),
    numbers.length,
    flags.reduce((/** @type {number} */ sum, flag, bit) => sum + (flag ? 1 << bit : 0), 0),
    deduplicate,
    copyToWasm(id),
    id.length,
    now,
  );
}

/**
 * The next output and its details: a kind, the failure, after how long it failed, how many times in a row the
 * connection has failed, an amount, what follows a report, the limit, its value, decode errors in a row, and how long
 * the connection has been down. If there is no output, index 11 has what the session has to be told, and index 12 the
 * deadline. After these come the places of texts.
 *
 * @param {number} session
 */
export const poll = (session) => numbersAt(wasm.pollSession(session));

/** @param {number} address */
export const numbersAt = (address) => new Float64Array(wasm.memory.buffer, address >>> 0, 17);

/** @param {Float64Array} numbers */
export const firstTextOf = (numbers) => textAt(numbers[13], numbers[14]);

/**
 * @param {number} kind
 * @param {number} attempt
 * @param {number} retryIn
 * @param {import("./index.js").ResponseHead} [response] What the server has answered with.
 * @returns {import("./index.js").State}
 */
export function stateOf(kind, attempt, retryIn, response) {
  const type = STATES[kind];
  return /** @type {any} */ ({
    type,
    ...(type === "open" && response && { response }),
    ...(kind >= STATE_WAITING && { attempt }),
    ...(retryIn >= 0 && { retryIn: Math.ceil(retryIn) }),
  });
}

/** @param {Float64Array} numbers @returns {import("./index.js").Gap} */
export function gapOf(numbers) {
  return { after: firstTextOf(numbers), before: textAt(numbers[15], numbers[16]), missed: numbers[5] };
}

const decision = oneOf(...DECISIONS);

/**
 * Asks the user's rule. Returns the number of its decision, and a wait.
 *
 * @param {any} rule
 * @param {object} context
 * @param {number} kind The kind of the proposed decision.
 * @param {number} wait
 * @returns {[number, number]}
 */
export function askRule(rule, context, kind, wait) {
  const proposed = { type: DECISIONS[kind], ...(kind === DECISION_REOPEN && { after: Math.ceil(wait) }) };
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
