// The `fetch` that users write for clients that have no options for it.

import type { Wishes } from "../client.ts";

/** Where code of the user has its place. */
export const IN_OWN_FETCH = "in a `fetch`";
export const BY_CLOSE = "in a listener of the signal, which calls `close()`";
export const AT_DONE = "in a listener, which calls `close()`";

/** A `fetch` that does what is wished, if anything is. */
export function ownFetch({ method, body, headers, token, refresh, fetch }: Wishes): typeof globalThis.fetch | undefined {
  if (!(method || headers || token || refresh || fetch)) return undefined;
  return async (input, init) => {
    const send = () => {
      const request = new Request(input, init);
      for (const [name, value] of Object.entries(headers ?? {})) request.headers.set(name, value);
      if (token) request.headers.set("Authorization", `Bearer ${token()}`);
      return (fetch ?? globalThis.fetch)(method ? new Request(request, { method, body: body ?? null }) : request);
    };
    const response = await send();
    if (response.status !== 401 || !refresh) return response;
    await refresh();
    return send();
  };
}
