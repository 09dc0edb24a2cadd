// @ts-check
// The options of a source.

import {
  any,
  callback,
  check,
  count,
  flag,
  inspect,
  isObject,
  milliseconds,
  object,
  objectOf,
  oneOf,
  optionError,
  read,
  string,
} from "./checks.js";
import { messageName } from "./message-name.js";
import { parsePolicy } from "./policy.js";

/** @typedef {import("./checks.js").OptionsObject} OptionsObject */

const FETCH = {
  method: string,
  // Copied, since some iterables can be read only once.
  headers: (/** @type {any} */ value) => (Symbol.iterator in Object(value) ? [...value] : value),
  // Some browsers would send the text `[object ReadableStream]` in place of a stream.
  body: check("text, bytes or a form", (value) => !(value instanceof ReadableStream)),
  credentials: any,
  mode: any,
  cache: any,
  redirect: any,
  referrerPolicy: any,
  lastEventId: string,
  maxEventSize: count,
  maxErrorBodySize: count,
  accept: callback,
  fetch: callback,
  endOfBody: oneOf("finished", "reconnect"),
};

const queue = objectOf({
  // Zero counts as 1.
  capacity: count,
  whenFull: oneOf("drop-oldest", "keep-latest", "close", "wait"),
});

/** @param {any} value */
const isParse = (value) => value === "json" || value === "text" || typeof value === "function";

const parseOfAll = check('"json", "text", a function, or an object with these by name', isParse);
const parseOfOne = check('"json", "text", "skip" or a function', (value) => isParse(value) || value === "skip");

const sharedFlag = check('true, false or "tabs"', (value) => typeof value === "boolean");

/** @type {{ [name: string]: import("./checks.js").Check }} */
const OPTIONS = {
  transport: oneOf("browser", "fetch"),
  withCredentials: any,
  policy: parsePolicy,
  shared: (value, name) => (value === "tabs" ? value : sharedFlag(value, name)),
  tabs: objectOf({ linger: milliseconds, worker: any, key: string }),
  parse: (value, name) =>
    isObject(value) && !isParse(value)
      ? Object.fromEntries(Object.entries(value).map(([type, one]) => [type, parseOfOne(one ?? "json", `${name}.${type}`)]))
      : parseOfAll(value, name),
  skipEmpty: flag,
  closeAfterLoop: flag,
  schemas: object,
  queue,
  deduplicate: count,
  resumeParameter: string,
  request: callback,
  terminalEvent: (value, name) => [value].flat().map((one) => messageName(string(one, name))),
  terminalData: string,
  diagnose: flag,
  onUnauthorized: callback,
  renewBefore: callback,
  failureEvent: (value, name) => messageName(string(value, name)),
  signal: check("an AbortSignal", (value) => value === null || typeof value.removeEventListener === "function"),
  ...FETCH,
};

/**
 * The settings of a source. If it `isSharer`, the connection that it shares with other sources has separate settings. It starts once
 * what it needs was loaded. In a worker, `isElsewhere` says that the functions are those of a tab, and answer with promises: the rule
 * as `askRule` does.
 *
 * @typedef {Partial<Omit<import("./index.js").FetchInit, "transport" | "policy" | "terminalEvent">> & {
 *   transport?: string,
 *   isFetch: boolean,
 *   isRepeatable: boolean,
 *   isSharer?: boolean,
 *   load?: () => Promise<void>,
 *   isElsewhere?: boolean,
 *   terminalEvent?: string[],
 *   policy: import("./index.js").Policy,
 *   parse: NonNullable<import("./index.js").FetchInit["parse"]>,
 *   queue: { capacity: number, whenFull: string },
 *   withCredentials: boolean,
 * }} Settings
 */

const { method, headers, body, credentials } = FETCH;

/** What the function `request` answers with. */
const ANSWER = { url: (/** @type {any} */ value) => `${value}`, method, headers, body, credentials };

/** Whether requests of this method may be made more than once. @param {string} [method] */
export const isSafe = (method = "") => /^(get|head)$/i.test(method);

/** Throws if there is an option that needs the transport `fetch`. @param {OptionsObject} options @param {string} path @param {unknown} [other] */
function refuseFetch(options, path, other) {
  const name = Object.keys(FETCH).find((name) => name in options) ?? other;
  if (name) throw optionError(`\`${path}${name}\` needs \`transport: "fetch"\``);
}

/** Checks what the function `request` has answered with. @param {any} answer @param {boolean} isFetch */
export function parseAnswer(answer, isFetch) {
  const path = "request(…)";
  const options = read(object(answer, path), ANSWER, `${path}.`);
  if (!isFetch) refuseFetch(options, `${path}.`);
  return options;
}

/** @param {unknown} init @returns {Settings} */
export function parseSettings(init) {
  const given = init ?? {};
  if (!isObject(given)) throw new TypeError(`EventSource: ${inspect(given)} is not an object`);
  const options = read(/** @type {OptionsObject} */ (given), OPTIONS);
  const isFetch = options.transport === "fetch";
  const { method = "GET", policy = {} } = options;
  const isRepeatable = isSafe(method);
  const { capacity = 4096, whenFull = isRepeatable || policy.resend ? "drop-oldest" : "wait" } = options.queue ?? {};
  if (!isFetch) refuseFetch(options, "", whenFull === "wait" && 'queue.whenFull: "wait"');
  if (options.onUnauthorized && !isFetch && !options.diagnose)
    throw optionError('`onUnauthorized` needs `transport: "fetch"` or `diagnose: true`, which show the status');
  if (options.renewBefore && !isRepeatable && !policy.resend && !options.request)
    throw optionError("`renewBefore` needs a request that may be sent again");
  return {
    ...options,
    isFetch,
    isRepeatable,
    withCredentials: Boolean(options.withCredentials),
    policy,
    parse: options.parse ?? "json",
    queue: { capacity: Math.max(capacity, 1), whenFull },
  };
}
