// @ts-check
// Firefox and WebKit end a page's connections as soon as the page begins to be left, long before it is gone. If it stays, since
// the link was a download or was answered with 204, nothing tells so.

import { onGlobal, sleep } from "../host.js";

/** How long a page that begins to be left counts as being left, in milliseconds. */
const LEAVING = 5000;

/**
 * Calls back whenever the page begins to be left, with a promise that resolves once it has stayed. Returns a function that ends
 * this.
 *
 * @param {(staying: Promise<unknown>) => void} callback
 */
export const onLeaving = (callback) => onGlobal("beforeunload", () => callback(sleep(LEAVING)));
