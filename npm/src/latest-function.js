// @ts-check
// Functions that a component makes at each render: a source calls the latest ones.

/** The function that each of them calls. @type {WeakMap<Function, Function>} */
const targets = new WeakMap();

/** A function that calls this one, until it is given another. @param {Function} first @returns {Function} */
export function latestFunction(first) {
  const latest = (/** @type {unknown[]} */ ...args) => identityOf(latest)(...args);
  targets.set(latest, first);
  return latest;
}

/** @param {Function} latest @param {Function} target */
export const setTarget = (latest, target) => targets.set(latest, target);

/** The function by which options are compared: that of the user. @param {Function} option */
export const identityOf = (option) => targets.get(option) ?? option;
