// Streams that ask for a token: what to do at a 401, and before a token expires.

import { EventSource } from "typed-eventsource";

/** The streams of a user. `url` answers a POST with a token, as an OAuth server does, to a browser that has the cookie of a session. */
export function streamsOf(url: string | URL) {
  let token = "";
  let expiresAt: number | undefined;

  /** The streams call this: one call at a time, for all of them. */
  async function refresh() {
    const asked = Date.now();
    const response = await fetch(url, { method: "POST", credentials: "same-origin" });
    if (!response.ok) throw new Error(`log in again (status ${response.status})`);
    const { access_token, expires_in } = await response.json();
    token = access_token;
    expiresAt = expires_in && asked + 1000 * expires_in;
  }

  /** Opens a stream. Its server sends ids, and goes on after the one that a request has. */
  return <Feed extends object>(url: string | URL) =>
    new EventSource<Feed>(url, {
      transport: "fetch",
      headers: () => ({ Authorization: `Bearer ${token}` }),
      onUnauthorized: refresh, // the same function for all: it is called once, whatever waits for it
      renewBefore: () => expiresAt, // the next connection is open before this one has to end
      policy: "resilient",
    });
}
