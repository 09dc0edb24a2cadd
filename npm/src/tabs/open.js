// @ts-check
import { Member } from "./member.js";
import { identityOf, keyOf, use } from "./package.js";

/** @typedef {import("../sharing.js").Open} Open */

/**
 * Returns how a source opens that shares among tabs.
 *
 * @param {typeof import("../package-parts.js").parts} parts
 * @param {string} url
 * @param {import("../options.js").Settings} settings
 * @param {import("../host.js").Host} host
 * @param {Open} open Opens the connection itself.
 * @param {Open} openHere Shares a connection with sources of this tab alone.
 * @returns {Open}
 */
export function openAmongTabs(parts, url, settings, host, open, openHere) {
  // A server has no tabs.
  if (!globalThis.location) return openHere;
  use(parts);
  const key = /** @type {string} */ (keyOf(url, settings, textOf));
  return (...from) => new Member(key, url, settings, host, open, openHere, ...from);
}

/** What two tabs compare of a function: its source, which a bound one does not show, and its name. @param {Function} option */
function textOf(option) {
  const identity = identityOf(option);
  return `${identity.name} ${identity}`;
}
