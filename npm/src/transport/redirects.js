// @ts-check
// Behind a redirect, Firefox keeps the connection of an aborted request until the server sends something. Six of these block the
// host. So once a redirect has led a source to a stream, its later requests go straight there, as those of Chromium's own source do.

import { headOf, isEventStream } from "./response.js";
import { isFirefox } from "./user-agent.js";

/** Where the redirects of one source have led: another source may have another user, and be led elsewhere. */
export class Redirects {
  /** The URL of the last request, and the URL that has answered it with a stream. @type {[url: string, target: string] | undefined} */
  #last;

  /** Fetches, in Firefox straight from where redirects have led before. @param {Request} request @returns {Promise<Response>} */
  async fetch(request) {
    const { url, method, redirect } = request;
    if (!isFirefox || method !== "GET" || redirect !== "follow") return fetch(request);
    const [requested, target] = this.#last ?? [];
    // Until there is a stream again, the target is forgotten: it may never answer.
    this.#last = undefined;
    const straight = target && requested === url ? await fetchStraight(target, request).catch(() => undefined) : undefined;
    const response = straight ?? (await fetch(request));
    // Another origin would get headers that browsers remove at a redirect to it.
    if ((straight || response?.redirected) && isStream(response) && new URL(response.url).origin === new URL(url).origin)
      this.#last = [url, response.url];
    return response;
  }
}

/** The response to the same request of the target, unless the redirect may lead elsewhere by now. @param {string} target @param {Request} request */
async function fetchStraight(target, request) {
  const response = await fetch(new Request(target, request));
  const { status, body } = response;
  // A server that has finished, or asks to wait, is not asked again at once.
  if (status === 204 || status === 429 || status >= 500 || isStream(response)) return response;
  body?.cancel().catch(() => {});
}

/** @param {Response} response */
const isStream = (response) => response.ok && response.status !== 204 && isEventStream(headOf(response, ""));
