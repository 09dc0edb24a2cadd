// @ts-check
// How a component sets up its source, which it may say at each render.

import { latestFunction, numberOf } from "../latest-function.js";

/** In the text of options, this marks the place of what is no text. */
const PART = "~part";
const SCHEMA = "~standard";

/** What an object is compared by: headers and forms by what they hold, others by themselves. @param {any} value @returns {unknown} */
function identify(value) {
  if (Object(value) !== value) return value;
  if (!value.entries || value.buffer) return numberOf(value);
  return [...value.entries()].map(([name, one]) => [name, identify(one)]);
}

/**
 * The text is the same for a URL and options that set up the same source. Functions and schemas count as the same, since the source
 * calls the latest ones. Those, and what else is no text, are the `parts`.
 *
 * @param {unknown} url
 * @param {import("./types.js").AnyOptions} options
 */
export function setUpOf(url, { fold, initial, onEvent, onError, ...init }) {
  /** @type {any[]} */
  const parts = [];
  const text = JSON.stringify([url ?? null, init], (_, value) => {
    const isLatest = typeof value === "function" || value?.[SCHEMA];
    const isObject = Object(value) === value;
    // JSON knows no infinite number.
    const isText = isObject ? /^(Object|Array)$/.test(value.constructor?.name ?? "Object") : value !== Infinity;
    if (isText && !isLatest) return value;
    parts.push(value);
    return { [PART]: isLatest ? 0 : value === Infinity ? -1 : identify(value) };
  });
  return { text, parts };
}

/** The options, with functions that call the latest parts. @param {{ text: string, parts: any[] }} setUp */
export function optionsOf(setUp) {
  let count = 0;
  return JSON.parse(setUp.text, (_, value) => {
    if (value?.[PART] === undefined) return value;
    const index = count++;
    const part = () => setUp.parts[index];
    if (part()[SCHEMA]) return { [SCHEMA]: { validate: (/** @type {unknown} */ data) => part()[SCHEMA].validate(data) } };
    return typeof part() === "function" ? latestFunction(part) : part();
  })[1];
}
