// @ts-check

/** Older versions of workerd have none. @type {FinalizationRegistry<() => void> | undefined} */
const registry = globalThis.FinalizationRegistry && new FinalizationRegistry((callback) => callback());

/**
 * Calls back once the object, which it returns, was garbage-collected. The callback must not hold the object.
 *
 * @template {object} T
 * @param {T} object
 * @param {() => void} callback
 */
export function whenCollected(object, callback) {
  registry?.register(object, callback);
  return object;
}
