// @ts-check
// Behind a redirect, Firefox keeps the connection of an aborted request until the server sends something. Six of these block the
// host. So once a redirect has led to a stream, later requests go straight there, as those of Chromium's own source do.

const isFirefox = / Firefox\//.test(globalThis.navigator?.userAgent);

/** How many redirects are remembered. */
const CAPACITY = 100;

/** Where the redirects of a URL have led. @type {Map<string, string>} */
const targets = new Map();

/** Fetches, straight from where redirects have led before if there still is a stream. @param {Request} request @returns {Promise<Response>} */
export async function fetchStraight(request) {
  const { url, method, redirect } = request;
  if (!isFirefox || method !== "GET" || redirect !== "follow") return fetch(request);
  const target = targets.get(url);
  let response = target === undefined ? undefined : await fetch(new Request(target, request)).catch(() => undefined);
  if (!response || !isStream(response)) {
    response?.body?.cancel();
    targets.delete(url);
    response = await fetch(request);
  }
  // Another origin would get headers that browsers remove at a redirect to it.
  if (response?.redirected && isStream(response) && new URL(response.url).origin === new URL(url).origin) {
    if (targets.size >= CAPACITY) targets.clear();
    targets.set(url, response.url);
  }
  return response;
}

/** @param {Response} response */
const isStream = ({ ok, status, headers }) => ok && status !== 204 && /event-stream/i.test(`${headers?.get("Content-Type")}`);
