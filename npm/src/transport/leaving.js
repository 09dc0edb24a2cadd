// @ts-check
// Firefox ends a page's connections as soon as the page begins to be left, long before it is gone. If it stays, since the
// link was a download or was answered with 204, nothing tells so.

/** How long a page that begins to be left counts as being left, in milliseconds. */
export const LEAVING = 5000;

/**
 * Calls back whenever the page begins to be left. Returns a function that ends this.
 *
 * @param {() => void} callback
 */
export function onLeaving(callback) {
  globalThis.addEventListener?.("beforeunload", callback);
  return () => globalThis.removeEventListener?.("beforeunload", callback);
}
