// @ts-check
// The options of a source.

import { any, check, count, flag, isObject, object, oneOf, read, shown, string, wrong } from "./checks.js";
import { messageName } from "./message-name.js";
import { policy } from "./policy.js";

/** @typedef {import("./checks.js").Bag} Bag */

const FETCH = {
  method: string,
  headers: any,
  // Some browsers would send its name in place of a stream.
  body: check("text, bytes or a form", (value) => !(value instanceof ReadableStream)),
  credentials: any,
  mode: any,
  cache: any,
  redirect: any,
  referrerPolicy: any,
  lastEventId: string,
  maxEventSize: count,
};

const fromOne = check("a whole number from 1 on", (value) => Number.isInteger(value) && value >= 1);

const QUEUE = {
  capacity: fromOne,
  whenFull: oneOf("dropOldest", "keepLatest", "close"),
};

/** @type {{ [name: string]: import("./checks.js").Check }} */
const OPTIONS = {
  transport: oneOf("browser", "fetch"),
  withCredentials: any,
  policy,
  shared: flag,
  parse: check('"json", "text" or a function', (value) => value === "json" || value === "text" || typeof value === "function"),
  schemas: object,
  queue: (value, name) => read(object(value, name), QUEUE, `${name}.`),
  deduplicate: fromOne,
  resumeParameter: string,
  terminalEvent: (value, name) => messageName(string(value, name)),
  terminalData: string,
  signal: check("an AbortSignal", (value) => value === null || typeof value?.addEventListener === "function"),
  ...FETCH,
};

/**
 * What a source is set up with.
 *
 * @typedef {Partial<Omit<import("./index.js").FetchInit, "transport" | "policy">> & {
 *   transport?: string,
 *   isFetch: boolean,
 *   isRepeatable: boolean,
 *   endsByEnding: boolean,
 *   policy: import("./index.js").Policy,
 *   parse: NonNullable<import("./index.js").FetchInit["parse"]>,
 *   queue: { capacity: number, whenFull: string },
 *   withCredentials: boolean,
 * }} Settings
 */

/** @param {unknown} init @returns {Settings} */
export function settings(init) {
  if (init !== undefined && init !== null && !isObject(init)) throw wrong(`${shown(init)} is no object`);
  const options = read(/** @type {Bag} */ (init ?? {}), OPTIONS);
  const isFetch = options.transport === "fetch";
  if (!isFetch) {
    const name = Object.keys(FETCH).find((name) => name in options);
    if (name) throw wrong(`\`${name}\` needs \`transport: "fetch"\``);
  }
  const { method = "GET", policy = {}, terminalEvent, terminalData } = options;
  const { capacity = 4096, whenFull = "dropOldest" } = options.queue ?? {};
  const isRepeatable = /^(get|head)$/i.test(method);
  return {
    ...options,
    isFetch,
    // Whether the request may be made more than once.
    isRepeatable,
    // Whether the end of the answer is all that there is to wait for.
    endsByEnding: !isRepeatable && !policy.resend && (terminalEvent ?? terminalData) === undefined,
    withCredentials: Boolean(options.withCredentials),
    policy,
    parse: options.parse ?? "json",
    queue: { capacity, whenFull },
  };
}
