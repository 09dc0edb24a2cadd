// @ts-check
// The request of an attempt: what the source's options say, and what the user's functions answer before it is made.

import { EventSourceError, invalidRequest, messageOf } from "../error.js";
import { inBytes } from "../memory.js";
import { isSafe, parseAnswer } from "../options.js";
import { resolve } from "../url.js";

/** @typedef {import("../options.js").Settings} Settings */

/**
 * What the functions have answered. The headers are lists of them, of which a later one counts more.
 *
 * @typedef {Pick<Settings, "method" | "body" | "credentials"> & { url?: string, headers?: (HeadersInit | undefined)[] }} Answer
 */

/** Whether a function is asked before each attempt. @param {Settings} settings */
export const isAsked = ({ headers, request }) => Boolean(request) || typeof headers === "function";

/**
 * Asks the functions of a source for the request of an attempt.
 *
 * @param {string} url The URL of the source.
 * @param {Settings} settings
 * @param {import("../host.js").Link} link
 * @param {string} lastEventId
 * @param {AbortSignal} signal Ends with the attempt.
 * @returns {Promise<Answer & { url: string }>}
 */
export async function ask(url, { headers, request, isFetch }, { number, error }, lastEventId, signal) {
  let fresh, answer;
  try {
    if (isFetch && typeof headers === "function") fresh = await headers();
    answer = request ? await request({ number, lastEventId, error, signal }) : {};
  } catch (cause) {
    // The function may succeed the next time.
    throw new EventSourceError("request", `the request could not be made: ${messageOf(cause)}`, { url, cause });
  }
  const { url: next, ...others } = parseAnswer(answer, isFetch);
  try {
    return { ...others, url: next === undefined ? url : resolve(next), headers: [fresh, others.headers] };
  } catch (cause) {
    throw invalidRequest(url, cause);
  }
}

/**
 * What a request has of the source's options and of an answer.
 *
 * @param {Settings} settings
 * @param {Answer} answer
 * @param {string} [lastEventId] If it is sent as a header.
 */
export function requestOf(settings, answer, lastEventId) {
  const { method, credentials, withCredentials } = { ...settings, ...answer };
  // A request that became a GET has no body, whatever the options say.
  const { body = isSafe(answer.method) ? undefined : settings.body } = answer;
  const headers = new Headers(typeof settings.headers === "function" ? undefined : settings.headers);
  if (lastEventId) headers.set("Last-Event-ID", inBytes(lastEventId));
  for (const fresh of answer.headers ?? []) new Headers(fresh ?? undefined).forEach((value, name) => headers.set(name, value));
  return { method: method ?? "GET", headers, body, credentials: credentials ?? (withCredentials ? "include" : "same-origin") };
}
