// @ts-check
// Firefox ends a page's connections as soon as the page begins to be left, long before it is gone. If it stays, since the
// link was a download or was answered with 204, nothing tells so.

/** How long a page that begins to be left counts as being left, in milliseconds. */
const LEAVING = 5000;

/** Resolves after this time. @param {number} ms */
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Calls back at each event of this type of the window or worker. Returns a function that ends this.
 *
 * @param {string} type
 * @param {(event: any) => void} callback
 */
export function onGlobal(type, callback) {
  globalThis.addEventListener?.(type, callback);
  return () => globalThis.removeEventListener?.(type, callback);
}

/**
 * Calls back whenever the page begins to be left, with a promise that resolves once it has stayed. Returns a function that ends
 * this.
 *
 * @param {(staying: Promise<unknown>) => void} callback
 */
export const onLeaving = (callback) => onGlobal("beforeunload", () => callback(sleep(LEAVING)));
