// @ts-check
import { callback, check, count, flag, milliseconds, number, object, oneOf, read, wrong } from "./checks.js";
import { Machine } from "./wasm/typed_eventsource.js";

/** @typedef {import("./checks.js").Bag} Bag */
/** @typedef {import("./checks.js").Check} Check */
/** @typedef {import("./wasm/typed_eventsource.js").Knob} Knob */

const then = oneOf("close", "reopen");

/** @param {unknown} status */
const isStatus = (status) => Number.isInteger(status) && Number(status) >= 100 && Number(status) <= 599;

const LIMIT = { after: milliseconds, then };

/** @type {Check} */
function limit(value, name) {
  const { after, then } = read(object(value, name), LIMIT, `${name}.`);
  if (after === undefined || then === undefined) throw wrong(`\`${name}\` needs \`after\` and \`then\``);
  return { after, then };
}

const BACKOFF = {
  initial: milliseconds,
  factor: number,
  max: milliseconds,
  jitter: flag,
  maxAttempts: count,
  maxElapsed: milliseconds,
};

/** @type {Check} */
const backoff = (value, name) => read(object(value, name), BACKOFF, `${name}.`);

const POLICY = {
  preset: oneOf("browser", "closeOnError", "resilient"),
  closeAfterLosses: count,
  closeWhenDownFor: milliseconds,
  givenUp: then,
  retryStatuses: check("a list of HTTP statuses", (value) => Array.isArray(value) && value.every(isStatus)),
  reconnectionTime: milliseconds,
  backOffAfterLosses: flag,
  resend: flag,
  reopenOnWake: flag,
  backoff,
  closeAfterDecodeErrors: count,
  idle: limit,
  opening: limit,
  healthyAfter: milliseconds,
  rule: callback,
};

/** The policy among the options: the name of a preset, or an object. @type {Check} */
export function policy(value, name) {
  const knobs = typeof value === "string" ? { preset: value } : object(value, name);
  return read(knobs, POLICY, `${name}.`);
}

/**
 * The machine of a policy.
 *
 * @param {Bag} given
 * @param {boolean} isRepeatable Whether the request may be made more than once.
 * @param {number} now
 */
export function startMachine({ preset = "browser", backoff, idle, opening, retryStatuses, givenUp, rule, ...knobs }, isRepeatable, now) {
  const machine = new Machine(preset);
  for (const [knob, value] of Object.entries({ ...knobs, ...backoff })) {
    if (value !== undefined) machine.set(/** @type {Knob} */ (knob), Number(value));
  }
  if (givenUp) machine.limit("givenUp", 0, givenUp);
  if (idle) machine.limit("idle", idle.after, idle.then);
  if (opening) machine.limit("opening", opening.after, opening.then);
  if (retryStatuses) machine.retryStatuses(retryStatuses);
  machine.start(isRepeatable, now);
  return machine;
}
