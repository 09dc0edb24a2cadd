// @ts-check
// Firefox ends a page's connections as soon as the page begins to be left, long before it is gone. If it stays, since the
// link was a download or was answered with 204, nothing tells so.

/** How long a page that begins to be left counts as being left, in milliseconds. */
export const LEAVING = 5000;

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

/** Calls back whenever the page begins to be left. Returns a function that ends this. @param {() => void} callback */
export const onLeaving = (callback) => onGlobal("beforeunload", callback);
