// @ts-check
// Reads a response that is not an event stream.

/** How many bytes of its body are kept. */
const EXCERPT = 1024;

/** How long to wait for that, in milliseconds. */
const PATIENCE = 1000;

/** @param {Response} response */
export const contentTypeOf = ({ headers }) => headers.get("Content-Type") ?? undefined;

/** Whether this is the type of event streams. If there are several types, joined by commas, the last one counts. @param {string} [contentType] */
export function isEventStream(contentType = "") {
  const [last] = contentType.split(",").slice(-1);
  return last.split(";")[0].trim().toLowerCase() === "text/event-stream";
}

/** How long the server asks to wait before the next request, in milliseconds. @param {Response} response */
export function retryAfterOf({ headers }) {
  const value = headers.get("Retry-After") ?? "";
  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.max(wait, 0);
}

/**
 * The beginning of the body, as far as it arrives soon. The rest is not read.
 *
 * @param {Response} response
 * @param {AbortController} abort
 */
export async function beginningOf({ body }, abort) {
  const limit = setTimeout(() => abort.abort(), PATIENCE);
  const decoder = new TextDecoder();
  let text = "";
  try {
    const reader = body?.getReader();
    for (let left = EXCERPT; reader && left > 0;) {
      const { value, done } = await reader.read();
      if (done) break;
      text += decoder.decode(value.subarray(0, left), { stream: true });
      left -= value.length;
    }
  } catch {
    // The part that has arrived is enough.
  }
  clearTimeout(limit);
  abort.abort();
  return text;
}
