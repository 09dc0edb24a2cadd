// @ts-check
// The state as the fragment of a URL, such as `transport=fetch&preset=resilient&idle=3000,reopen&faults=lost,503`.
import { ACTIONS, EXAMPLE, FAULTS, FIELDS, MOST_FAULTS } from "./choices.js";

/** @typedef {import("./choices.js").Field} Field */
/** @typedef {import("./choices.js").State} State */

/** How many problems are told, and how many characters of what was not understood. */
const MOST_PROBLEMS = 6;
const MOST_QUOTED = 40;
const MOST_STATUSES = 10;

/**
 * Writes a state.
 *
 * @param {State} state
 */
export function writeFragment(state) {
  const parts = FIELDS.flatMap(({ key }) => (state[key] === undefined ? [] : [`${key}=${textOf(state[key])}`]));
  if (state.faults.length > 0) parts.push(`faults=${state.faults.join(",")}`);
  return parts.join("&");
}

/**
 * The value of a field as text, which `readField` reads.
 *
 * @param {Exclude<State[Field["key"]], undefined>} value
 */
export const textOf = (value) => (typeof value === "object" && "after" in value ? `${value.after},${value.then}` : String(value));

/**
 * Reads a state, with or without the `#`. What is not understood is left out, and told in a sentence each. An empty fragment is the
 * example.
 *
 * @param {string} fragment
 * @returns {{ state: State, problems: string[] }}
 */
export function readFragment(fragment) {
  const text = fragment.replace(/^#/, "");
  if (text === "") return { state: structuredClone(EXAMPLE), problems: [] };
  /** @type {Record<string, unknown>} */
  const found = {};
  /** @type {string[]} */
  const problems = [];
  for (const [key, value] of new URLSearchParams(text)) {
    if (Object.hasOwn(found, key)) {
      problems.push(`${quoted(key)} is there twice: the first one counts.`);
      continue;
    }
    const field = FIELDS.find((field) => field.key === key);
    if (field) {
      const read = readField(field, value);
      if (read === undefined) problems.push(`${key} cannot be ${quoted(value)}: it takes ${takes(field)}.`);
      else found[key] = read;
    } else if (key === "faults") {
      found.faults = readFaults(value, problems);
    } else {
      problems.push(`${quoted(key)} is unknown here.`);
    }
  }
  const more = problems.length - MOST_PROBLEMS;
  if (more > 0) problems.splice(MOST_PROBLEMS, more, `And ${more} more.`);
  return { state: /** @type {State} */ ({ transport: "browser", preset: "browser", faults: [], ...found }), problems };
}

/**
 * Reads the value of a field; `undefined` if it takes no such value.
 *
 * @param {Field} field
 * @param {string} text
 * @returns {unknown}
 */
export function readField(field, text) {
  switch (field.kind) {
    case "choice":
    case "flag":
      return field.values?.includes(text) ? text : undefined;
    case "number":
      return readNumber(field, text);
    case "statuses": {
      const statuses = text.split(",").map((status) => readNumber(field, status.trim()));
      return statuses.includes(undefined) || statuses.length > MOST_STATUSES ? undefined : statuses;
    }
    case "limit": {
      const [after, then, ...rest] = text.split(",");
      const number = readNumber(field, after);
      return number === undefined || !ACTIONS.includes(then) || rest.length > 0 ? undefined : { after: number, then };
    }
  }
}

/**
 * What a field takes, in words.
 *
 * @param {Field} field
 */
export function takes({ kind, values = [], least, most }) {
  switch (kind) {
    case "choice":
    case "flag":
      return values.join(" or ");
    case "number":
      return `a number from ${least} to ${most}`;
    case "statuses":
      return `up to ${MOST_STATUSES} numbers from ${least} to ${most}, with commas between them`;
    case "limit":
      return `a number from ${least} to ${most}, a comma, and ${ACTIONS.join(" or ")}`;
  }
}

/** @param {Field} field @param {string} text */
function readNumber({ least = 0, most = 0 }, text) {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  return number >= least && number <= most ? number : undefined;
}

/** @param {string} text @param {string[]} problems */
function readFaults(text, problems) {
  const names = text.split(",").filter(Boolean);
  const known = names.filter((name) => FAULTS.some((fault) => fault.name === name));
  for (const name of new Set(names)) {
    if (!known.includes(name)) problems.push(`The server has no fault ${quoted(name)}.`);
  }
  if (known.length > MOST_FAULTS) problems.push(`${MOST_FAULTS} faults are the most: the others are left out.`);
  return known.slice(0, MOST_FAULTS);
}

/** @param {string} text */
const quoted = (text) => `“${text.length > MOST_QUOTED ? `${text.slice(0, MOST_QUOTED)}…` : text}”`;
