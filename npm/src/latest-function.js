// @ts-check
// Functions that a component makes at each render: a source calls the latest ones.

/** For each function that calls the latest one: which that is. @type {WeakMap<Function, () => Function>} */
const targets = new WeakMap();

/** @type {WeakMap<object, number>} */
const numbers = new WeakMap();
let count = 0;

/** A function that calls the one that there is by then. @param {() => Function} target @returns {Function} */
export function latestFunction(target) {
  const latest = (/** @type {unknown[]} */ ...args) => target()(...args);
  targets.set(latest, target);
  return latest;
}

/** The function by which options are compared: that of the user. @param {any} option */
export const identityOf = (option) => targets.get(option)?.() ?? option;

/** The number of an object or a function, by which options are compared. @param {object} option */
export function numberOf(option) {
  const identity = identityOf(option);
  if (!numbers.has(identity)) numbers.set(identity, (count += 1));
  return numbers.get(identity);
}
