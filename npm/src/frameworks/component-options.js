// @ts-check
// The options of a component, which it may make at each render.

import { latestFunction, setTarget } from "../latest-function.js";

/** @type {WeakMap<object, number>} */
const numbers = new WeakMap();
let count = 0;

/** @param {any} value */
const isSchema = (value) => Boolean(value?.["~standard"]);

/** @param {any} value */
const isPlain = (value) => Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;

/** What `JSON.stringify` writes in place of a value. @param {string} _name @param {any} value */
function comparable(_name, value) {
  if (typeof value === "function" || isSchema(value)) return { latest: true };
  if (Object(value) !== value || isPlain(value)) return value;
  // Headers and forms.
  if (Symbol.iterator in value && !ArrayBuffer.isView(value)) return [...value];
  if (!numbers.has(value)) numbers.set(value, (count += 1));
  return { number: numbers.get(value) };
}

/**
 * The same key for a URL and options that set up the same source. Functions and schemas count as the same, since the source calls the
 * latest ones.
 *
 * @param {unknown} url
 * @param {import("./types.js").AnyOptions} options
 */
export function keyOf(url, { fold, initial, onEvent, onState, onError, onGap, onAttempt, ...init }) {
  return JSON.stringify([url ?? null, init], comparable);
}

/** @param {any} schema */
const validatorOf = (schema) => (/** @type {unknown} */ value) => schema["~standard"].validate(value);

/** A copy of options in which functions and schemas can be replaced by later ones. @param {any} value @returns {any} */
export function replaceable(value) {
  if (isSchema(value)) return { "~standard": { version: 1, vendor: "", validate: latestFunction(validatorOf(value)) } };
  if (typeof value === "function") return latestFunction(value);
  if (Object(value) !== value || Array.isArray(value) || !isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, replaceable(one)]));
}

/** Replaces them by those of options that have the same key. @param {any} value @param {any} later */
export function replace(value, later) {
  if (isSchema(value)) setTarget(value["~standard"].validate, validatorOf(later));
  else if (typeof value === "function") setTarget(value, later);
  else if (Object(value) === value && isPlain(value)) for (const name in value) replace(value[name], later[name]);
}
