// @ts-check
// Which sources can share a connection.

/** @typedef {import("./options.js").Settings} Settings */

/** The options that each source has for itself, although it shares the connection. */
export const OWN = ["transport", "parse", "skipEmpty", "closeAfterLoop", "schemas", "queue", "signal"];

/**
 * The same key for sources that can share a connection; `undefined` for one that cannot.
 *
 * @param {string} url
 * @param {Settings} settings
 * @param {(option: Function) => unknown} keyOfFunction
 */
export function keyOf(url, settings, keyOfFunction) {
  const { headers, body = null } = settings;
  if (body !== null && typeof body !== "string") return;
  try {
    const named = typeof headers === "function" ? headers : [...new Headers(headers ?? [])];
    return JSON.stringify([url, { ...settings, body, headers: named }], (name, value) => {
      if (OWN.includes(name)) return;
      return typeof value === "function" ? keyOfFunction(value) : value;
    });
  } catch {
    // The transport reports what is wrong with them.
  }
}
