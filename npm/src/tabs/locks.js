// @ts-check
// Web Locks say who lives: tabs and workers lose their locks when they end, however they end.

/** Needs a secure context. @type {LockManager | undefined} */
export const locks = globalThis.navigator?.locks;

/**
 * Holds a lock until the signal is aborted. Resolves with its name once it is held, or else with `undefined`.
 *
 * @param {string} name
 * @param {AbortSignal} signal
 * @param {LockMode} [mode]
 * @returns {Promise<string | undefined>}
 */
export function holdLock(name, signal, mode) {
  return new Promise((resolve) => {
    const hold = () => new Promise((release) => (resolve(name), signal.addEventListener("abort", release)));
    const fail = () => resolve(undefined);
    if (locks) locks.request(name, { signal, mode }, hold).catch(fail);
    else fail();
  });
}

/** Calls back once nobody holds this lock any more. @param {string | undefined} name @param {AbortSignal} signal @param {() => void} callback */
export function whenReleased(name, signal, callback) {
  if (name) locks?.request(name, { signal }, callback).catch(() => {});
}

/** @param {string | undefined} name */
export async function isHeld(name) {
  const { held = [] } = (await locks?.query().catch(() => undefined)) ?? {};
  return held.some((lock) => lock.name === name);
}
