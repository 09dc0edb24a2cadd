// @ts-check
// The options of a `fetch` that survives.

import { callback, check, count, isObject, oneOf, string } from "../checks.js";
import { messageName } from "../message-name.js";
import { parsePolicy } from "../policy.js";

/**
 * @typedef {import("../resilient-fetch.js").ResilientFetchInit} ResilientFetchInit
 * @typedef {{
 *   policy: import("../index.js").Policy,
 *   fetch?: typeof globalThis.fetch,
 *   request?: NonNullable<ResilientFetchInit["request"]>,
 *   repeats?: ResilientFetchInit["repeats"],
 *   onError?: NonNullable<ResilientFetchInit["onError"]>,
 *   isTerminal?: NonNullable<ResilientFetchInit["isTerminal"]>,
 *   terminalEvent: string[],
 *   terminalData?: string,
 *   hasTerminal: boolean,
 *   endOfBody?: "finished" | "reconnect",
 *   maxEventSize: number,
 * }} ResilientSettings
 */

/** The most bytes of an event by default. */
const MAX_EVENT_SIZE = 16 * 1024 * 1024;

/** @type {{ [name: string]: import("../checks.js").Check }} */
const OPTIONS = {
  request: callback,
  fetch: callback,
  repeats: oneOf("from-start", "nothing"),
  onError: callback,
  isTerminal: callback,
  terminalEvent: (value, name) => [...new Set([value].flat().map((one) => messageName(string(one, name))))],
  terminalData: string,
  endOfBody: oneOf("finished", "reconnect"),
  maxEventSize: count,
};

const policy = check("an object, or the name of a preset", (value) => isObject(value) || typeof value === "string");

/** @param {unknown} init @returns {ResilientSettings} */
export function parseSettings(init = {}) {
  const given = policy(init, "resilientFetch");
  /** @type {any} */
  const settings = { terminalEvent: [], maxEventSize: MAX_EVENT_SIZE };
  /** @type {any} */
  const rest = { preset: "resilient" };
  for (const name in typeof given === "string" ? { preset: given } : given) {
    const value = typeof given === "string" ? given : given[name];
    if (value === undefined) continue;
    if (Object.hasOwn(OPTIONS, name)) settings[name] = OPTIONS[name](value, name);
    else rest[name] = value;
  }
  settings.policy = parsePolicy(rest, "resilientFetch");
  settings.hasTerminal = settings.terminalEvent.length > 0 || settings.terminalData !== undefined || settings.isTerminal !== undefined;
  // What a server says is the end is waited for. Otherwise a response that is complete is one.
  if (!settings.hasTerminal) settings.endOfBody ??= "finished";
  return settings;
}
