// @ts-check
// The meaning of a server's response.

import { flag } from "../checks.js";
import { EventSourceError, excerptOf, messageOf } from "../error.js";

/** @typedef {import("../index.js").FetchInit["accept"]} Accept */
/** @typedef {import("../index.js").ResponseHead} ResponseHead */

/** How many bytes are kept by default of the body of a response that is not an event stream. */
const MAX_ERROR_BODY_SIZE = 16 * 1024;

/** How long to wait for these bytes, in milliseconds. */
const TIMEOUT = 1000;

/**
 * What a response says before its body.
 *
 * @param {Response} response
 * @param {string} requested The URL of the request: a response that a script has constructed has none.
 * @returns {ResponseHead}
 */
export const headOf = ({ status, url, redirected, headers }, requested) => ({
  status,
  url: url || requested,
  redirected,
  headers: Object.fromEntries(headers),
});

/**
 * Whether a response counts as an event stream, and the exception if the user's function has thrown one.
 *
 * @param {ResponseHead} response
 * @param {Accept} accept
 * @returns {{ isAccepted: boolean, cause?: unknown }}
 */
export function verdictOn(response, accept) {
  if (!accept) return { isAccepted: response.status === 200 && isEventStream(response) };
  try {
    return { isAccepted: flag(accept(response), "accept(…)") };
  } catch (cause) {
    return { isAccepted: false, cause };
  }
}

/** Whether this is the type of event streams. If there are several types, joined by commas, the last one counts. @param {ResponseHead} response */
export function isEventStream({ headers: { "content-type": types = "" } }) {
  return /(^|,)\s*text\/event-stream\s*(;[^,]*)?$/i.test(types);
}

/**
 * The error for a response that does not count as an event stream.
 *
 * @param {string} url Of the request.
 * @param {ResponseHead} response
 * @param {string} body Its beginning.
 * @param {Accept} [accept]
 * @param {unknown} [cause] The exception of `accept`.
 */
export function refusal(url, response, body, accept, cause) {
  const { status, redirected, headers } = response;
  const { "content-type": contentType } = headers;
  const isStatus = status !== 200;
  const where = redirected ? `${url} was redirected to ${response.url}, which` : url;
  const what = isStatus ? `status ${status}` : (contentType ?? "no content type");
  const refused = `, which \`accept\` refused${cause === undefined ? "" : ` (${messageOf(cause)})`}`;
  const why = accept ? refused : isStatus ? "" : ", not with text/event-stream";
  const excerpt = excerptOf(body);
  const message = `${where} answered with ${what}${why}${accept ? "" : adviceOn(response, body)}${excerpt && `: ${excerpt}`}`;
  const retryAfter = retryAfterOf(response);
  const details = { url, status, contentType, body, retryAfter, response, cause };
  return new EventSourceError(isStatus ? "status" : "content-type", message, details);
}

/** A whole word of a URL's host or path that names a page for logging in. The query may say where to go on. */
const LOGIN = /^[^?#]*[^a-z\d?#]((log|sign)[-_]?in|o?auth|oauth2|sso|saml)(?![a-z\d])/i;

/** @param {ResponseHead} response @param {string} body */
function adviceOn(response, body) {
  const { status, url, redirected, headers } = response;
  const { "content-type": type = "" } = headers;
  const isPage = /html/i.test(type);
  const isLogin = (redirected && LOGIN.test(url)) || /type="?password/i.test(body);
  if (status === 200 && isPage && isLogin) return " (this looks like a login page: log in first)";
  const mayBeStream = status === 200 ? !isPage && !/\/json/i.test(type) : status < 300 && isEventStream(response);
  return mayBeStream ? " (if this is an event stream: over `fetch`, `accept` can take it)" : "";
}

/** How long the server asks to wait before the next request, in milliseconds. @param {ResponseHead} response */
function retryAfterOf({ headers: { "retry-after": value = "" } }) {
  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.max(wait, 0);
}

/**
 * The beginning of the body, as far as it arrives soon. The rest is not read.
 *
 * @param {Response} response
 * @param {AbortController} abort
 * @param {number} [size] The most bytes of it.
 */
export async function beginningOf({ body }, abort, size = MAX_ERROR_BODY_SIZE) {
  const decoder = new TextDecoder();
  let text = "";
  /** @type {ReadableStreamDefaultReader<Uint8Array> | undefined} */
  let reader;
  await withTimeout(TIMEOUT, abort, async () => {
    reader = body?.getReader();
    for (let left = size; reader && left > 0;) {
      const { value, done } = await reader.read();
      if (done) break;
      text += decoder.decode(value.subarray(0, left), { stream: true });
      left -= value.length;
    }
  });
  reader?.cancel().catch(() => {});
  return text;
}

/**
 * Does work with the network, which may fail, for this long at most, and then aborts what is left of it. This returns in time even if
 * the work ignores that, as a `fetch` of the user may.
 *
 * @param {number} ms
 * @param {AbortController} abort
 * @param {() => Promise<void>} work
 */
export async function withTimeout(ms, abort, work) {
  let limit;
  const timeout = new Promise((resolve) => (limit = setTimeout(resolve, ms)));
  // If it fails, what was done until then is enough.
  await Promise.race([work().catch(() => {}), timeout]);
  clearTimeout(limit);
  abort.abort();
}
