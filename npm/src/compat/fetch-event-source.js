// @ts-check
// What `@microsoft/fetch-event-source` exports, over this package's parser.

import { EventStreamParser } from "../parser.js";

export const EventStreamContentType = "text/event-stream";

/** How long to wait by default before another attempt, in milliseconds. */
const RETRY_INTERVAL = 1000;

/** @typedef {import("./fetch-event-source.js").FetchEventSourceInit} FetchEventSourceInit */
/** @typedef {import("./fetch-event-source.js").EventSourceMessage} EventSourceMessage */

/** @param {RequestInfo | URL} input @param {FetchEventSourceInit} [init] */
export async function fetchEventSource(input, init = {}) {
  const { signal, headers: given, onopen = expectEventStream, onmessage, onclose, onerror, openWhenHidden, fetch: own, ...rest } = init;
  const headers = { ...given };
  headers.accept ||= EventStreamContentType;
  const page = openWhenHidden ? undefined : globalThis.document;
  const stream = { headers, retryInterval: RETRY_INTERVAL };
  let attempt = new AbortController();
  const interrupt = () => attempt.abort();
  const listening = new AbortController();
  signal?.addEventListener("abort", interrupt, { signal: listening.signal });
  page?.addEventListener("visibilitychange", interrupt, { signal: listening.signal });

  /** @param {AbortSignal} interrupted */
  const respond = async (interrupted) => {
    const response = await (own ?? fetch)(input, { ...rest, headers, signal: interrupted });
    if (!interrupted.aborted) await onopen(response);
    await read(response, stream, interrupted, onmessage);
  };

  try {
    while (!signal?.aborted) {
      attempt = new AbortController();
      const interrupted = attempt.signal;
      try {
        // The user's functions may not heed the signal.
        await Promise.race([whenAborted(interrupted), respond(interrupted)]);
        if (!interrupted.aborted) {
          onclose?.();
          return;
        }
      } catch (error) {
        if (!interrupted.aborted) await sleep(onerror?.(error) ?? stream.retryInterval, interrupted);
      } finally {
        // What is left of the response is not wanted.
        attempt.abort();
      }
      while (page?.hidden && !signal?.aborted) {
        attempt = new AbortController();
        await whenAborted(attempt.signal);
      }
    }
  } finally {
    listening.abort();
  }
}

/**
 * Reads a response to its end, or until the signal is aborted.
 *
 * @param {Response} response
 * @param {{ headers: Record<string, string>, retryInterval: number }} stream What is kept for the next attempt.
 * @param {AbortSignal} signal
 * @param {FetchEventSourceInit["onmessage"]} onmessage
 */
async function read(response, stream, signal, onmessage) {
  const parser = new EventStreamParser({ lastEventId: stream.headers["last-event-id"] });
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
  // It fails where the response has heeded the signal.
  whenAborted(signal).then(() => reader.cancel().catch(() => {}));
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    const events = parser.parse(chunk.value);
    stream.retryInterval = parser.reconnectionTime ?? stream.retryInterval;
    for (const { type, data, lastEventId } of events) {
      if (signal.aborted) return;
      note(lastEventId, stream.headers);
      onmessage?.({ id: lastEventId, event: type === "message" ? "" : type, data, retry: parser.reconnectionTime });
    }
    note(parser.lastEventId, stream.headers);
  }
}

/** @param {string} lastEventId @param {Record<string, string>} headers */
function note(lastEventId, headers) {
  if (lastEventId) headers["last-event-id"] = lastEventId;
  else delete headers["last-event-id"];
}

/** @param {Response} response */
async function expectEventStream({ headers }) {
  const type = headers.get("content-type");
  if (!type?.startsWith(EventStreamContentType))
    throw new Error(`the response has the content type ${type} instead of ${EventStreamContentType}`);
}

/** @param {AbortSignal} signal @returns {Promise<void>} */
function whenAborted(signal) {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Waits, unless the signal is aborted. @param {number} time In milliseconds. @param {AbortSignal} signal */
async function sleep(time, signal) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  await Promise.race([whenAborted(signal), new Promise((resolve) => (timer = setTimeout(resolve, time)))]);
  clearTimeout(timer);
}
