// @ts-check
import { callback, objectOf, oneOf } from "./checks.js";
import { ACTIONS } from "./names.js";
import { BACKOFF, POLICY, PRESETS } from "./policy-options.js";

/** @typedef {import("./checks.js").Check} Check */

const options = objectOf({
  preset: oneOf(...PRESETS),
  ...POLICY,
  backoff: objectOf(BACKOFF),
  rule: callback,
});

/** Checks a policy: the name of a preset, or an object. @type {Check} */
export const parsePolicy = (value, name) => options(typeof value === "string" ? { preset: value } : value, name);

/** The preset of a policy, by its number. @param {import("./checks.js").OptionsObject} policy */
export const presetOf = ({ preset = "browser" }) => PRESETS.indexOf(preset);

/** The options by their numbers. */
const NAMES = Object.keys({ ...POLICY, ...BACKOFF });

/**
 * The options that are set, as triples for the session: number, value, and the number of what to do.
 *
 * @param {import("./checks.js").OptionsObject} policy
 */
export function numbersOf({ preset, rule, backoff, ...policy }) {
  const numbers = Object.entries({ ...policy, ...backoff }).flatMap(([name, value]) => {
    const { after = 0, then = value } = Object(value);
    // Zero begins a list.
    const values = Array.isArray(value) ? [0, ...value] : [isNaN(value) ? after : Number(value)];
    return values.flatMap((value) => [NAMES.indexOf(name), value, Math.max(ACTIONS.indexOf(then), 0)]);
  });
  return new Uint8Array(new Float64Array(numbers).buffer);
}
