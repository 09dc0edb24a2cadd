// @ts-check
// Checks options, their spelling included, when a source is created.

import { EventSourceError } from "./error.js";
import { ACTIONS } from "./names.js";

/** @typedef {{ [name: string]: any }} OptionsObject */
/** @typedef {(value: any, name: string) => any} Check Checks an option's value, and returns it. */

/** @param {string} what */
export const optionError = (what) => new EventSourceError("invalid-option", what);

/** @param {unknown} value */
export function inspect(value) {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/**
 * Creates a check for values of a kind.
 *
 * @param {string} kind
 * @param {(value: any) => boolean} is
 */
export function check(kind, is) {
  /** @type {Check} */
  return (value, name) => {
    if (!is(value)) throw optionError(`\`${name}\` is ${inspect(value)}, not ${kind}`);
    return value;
  };
}

/** One of these words. They may also be written in `camelCase`. @param {string[]} words */
export function oneOf(...words) {
  const isOne = check(`one of ${words.map(inspect).join(", ")}`, (value) => words.includes(value));
  /** @type {Check} */
  return (value, name) => isOne(typeof value === "string" ? value.replace(/[A-Z]/g, "-$&").toLowerCase() : value, name);
}

export const any = (/** @type {any} */ value) => value;
export const count = check("a whole number from 0 to 4294967295", (value) => value >>> 0 === value);
export const milliseconds = check("a number of milliseconds", (value) => typeof value === "number" && value >= 0);
export const number = check("a number", (value) => typeof value === "number" && !isNaN(value));
export const flag = check("true or false", (value) => typeof value === "boolean");
export const string = check("a string", (value) => typeof value === "string");
export const callback = check("a function", (value) => typeof value === "function");
/** Functions are objects too. @param {unknown} value */
export const isObject = (value) => Object(value) === value;

export const object = check("an object", (value) => value !== null && typeof value === "object");

// The kinds of policy options.

export const action = oneOf("close", "reopen");

export const statuses = check(
  "a list of HTTP statuses",
  (value) => Array.isArray(value) && value.every((status) => Number.isInteger(status) && status >= 100 && status <= 599),
);

const limitOptions = objectOf({ after: milliseconds, then: oneOf(...ACTIONS) });

/** @type {Check} */
export function limit(value, name) {
  const options = limitOptions(value, name);
  if (Object.keys(options).length < 2) throw optionError(`\`${name}\` needs \`after\` and \`then\``);
  return options;
}

/** An object that has options. @param {{ [name: string]: Check }} checks @returns {Check} */
export function objectOf(checks) {
  return (value, name) => read(object(value, name), checks, `${name}.`);
}

/**
 * Checks and returns the given options.
 *
 * @param {OptionsObject} given
 * @param {{ [name: string]: Check }} checks
 * @param {string} [path]
 */
export function read(given, checks, path = "") {
  /** @type {OptionsObject} */
  const options = {};
  for (const name in given) {
    if (!Object.hasOwn(checks, name)) throw optionError(`there is no option \`${path}${name}\``);
  }
  // Read by name, as the DOM does, so that a getter of a class counts, although it is not enumerable.
  for (const name in checks) {
    const value = given[name];
    if (value !== undefined) options[name] = checks[name](value, path + name);
  }
  return options;
}
