// @ts-check
// The requests by which a stream goes on.

import { EventSourceError, invalidRequest, messageOf } from "../error.js";
import { inBytes } from "../memory.js";

/** @typedef {import("../resilient-fetch.js").ResumeAttempt} ResumeAttempt */

/** Workers with an old compatibility date have no cache, and refuse the option. */
const NO_STORE = "cache" in (globalThis.Request?.prototype ?? {}) ? "no-store" : undefined;

/** @param {unknown} input @returns {input is Request} */
const isRequest = (input) => typeof input === "object" && input !== null && "headers" in input;

/** The user's request, and those by which its stream goes on. */
export class Resumption {
  /** The URL of the request. */
  url;
  /** Whether the request may be made more than once, since its method is safe. */
  isSafe;
  /** Whether its body was read by the first request. */
  isSpent;
  /** @type {AbortSignal | null | undefined} */
  signal;

  #input;
  #init;
  #ask;

  /** @param {[input: any, init?: RequestInit]} first The arguments of the first request. @param {import("./options.js").ResilientSettings} settings */
  constructor([input, init = {}], { request }) {
    const { method, body, signal } = isRequest(input) ? input : { method: "GET", body: null, signal: undefined };
    this.#input = input;
    this.#init = init;
    this.#ask = request;
    // Without a page, a relative URL is one of a test's `fetch`.
    this.url = new URL(isRequest(input) ? input.url : input, pageUrl() ?? "http://localhost/").href;
    this.isSafe = /^(get|head)$/i.test(init.method ?? method);
    this.isSpent = (init.body ?? body) instanceof ReadableStream;
    this.signal = init.signal === undefined ? signal : init.signal;
  }

  /**
   * The arguments of `fetch` for the next request. `undefined` if the user's function says that there is none.
   *
   * @param {ResumeAttempt} attempt
   * @returns {Promise<[input: any, init: any] | undefined>}
   */
  async next(attempt) {
    const { lastEventId, signal } = attempt;
    const input = this.#input;
    const given = isRequest(input) ? input.headers : undefined;
    if (!this.#ask)
      return [input, { cache: NO_STORE, ...this.#init, headers: headersOf(this.#init.headers ?? given, lastEventId, true), signal }];
    let answer;
    try {
      answer = await this.#ask(attempt);
    } catch (cause) {
      const message = `the request could not be made: ${messageOf(cause)}`;
      throw new EventSourceError("request", message, { url: this.url, cause });
    }
    if (!answer) return;
    const { url = this.url, method = "GET", headers, body, ...others } = answer;
    const { href, origin } = this.#resolve(url);
    // Another origin does not get what the first request was authorised with.
    const kept = origin === new URL(this.url).origin ? withoutContent(this.#init.headers ?? given) : undefined;
    const { credentials, mode, redirect, referrerPolicy } = isRequest(input) ? input : /** @type {any} */ ({});
    const init = { credentials, mode, redirect, referrerPolicy, cache: NO_STORE, ...this.#init, ...others };
    return [href, { ...init, method, body, headers: headersOf(headers ?? kept, lastEventId, headers === undefined), signal }];
  }

  /** @param {string | URL} url */
  #resolve(url) {
    try {
      return new URL(url, pageUrl() ?? this.url);
    } catch (cause) {
      throw invalidRequest(String(url), cause);
    }
  }
}

/** The URL of the page, if there is one. */
const pageUrl = () => globalThis.document?.baseURI ?? globalThis.location?.href;

/**
 * The headers of a request, as a plain object: wrappers of `fetch` may spread it.
 *
 * @param {HeadersInit | undefined} given
 * @param {string} lastEventId
 * @param {boolean} areOld Whether they are those of the first request, whose `Last-Event-ID` is an earlier one.
 */
function headersOf(given, lastEventId, areOld) {
  const headers = new Headers(given);
  if (!headers.has("Accept")) headers.set("Accept", "text/event-stream");
  if (lastEventId && (areOld || !headers.has("Last-Event-ID"))) headers.set("Last-Event-ID", inBytes(lastEventId));
  return Object.fromEntries(headers);
}

/** Headers without those that describe a body. @param {HeadersInit | undefined} given */
function withoutContent(given) {
  const headers = new Headers(given);
  for (const name of [...headers.keys()]) if (name.startsWith("content-")) headers.delete(name);
  return headers;
}
