// @ts-check
// What `@microsoft/fetch-event-source` exports, over this package's parser.

import { EventStreamParser } from "../parser.js";

export const EventStreamContentType = "text/event-stream";

/** How long to wait by default before another attempt, in milliseconds. */
const RETRY_INTERVAL = 1000;

/** @typedef {import("./fetch-event-source.js").FetchEventSourceInit} FetchEventSourceInit */
/** @typedef {import("./fetch-event-source.js").EventSourceMessage} EventSourceMessage */

/** @param {RequestInfo | URL} input @param {FetchEventSourceInit} [init] @returns {Promise<void>} */
export function fetchEventSource(input, init = {}) {
  return new Promise((resolve, reject) => {
    // What the user has given may go on after an abort.
    init.signal?.addEventListener("abort", () => resolve());
    run(input, init).then(resolve, reject);
  });
}

/** @param {RequestInfo | URL} input @param {FetchEventSourceInit} init */
async function run(input, init) {
  const { signal, headers: given, onopen = expectEventStream, onmessage, onclose, onerror, openWhenHidden, fetch: own, ...rest } = init;
  const headers = { ...given };
  headers.accept ||= EventStreamContentType;
  const page = new Page(Boolean(openWhenHidden), signal);
  const stream = { headers, retryInterval: RETRY_INTERVAL };
  try {
    while (!signal?.aborted) {
      const attempt = page.begin();
      try {
        const response = await (own ?? fetch)(input, { ...rest, headers, signal: attempt.signal });
        attempt.signal.throwIfAborted();
        await onopen(response);
        await read(response, stream, attempt.signal, onmessage);
        attempt.signal.throwIfAborted();
        onclose?.();
        return;
      } catch (error) {
        if (attempt.signal.aborted) await page.untilShown();
        else await page.sleep(onerror?.(error) ?? stream.retryInterval);
      } finally {
        // What is left of the response is not wanted.
        attempt.abort();
      }
    }
  } finally {
    page.leave();
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

/** The page that has the stream, by default as long as it is shown; and the user's signal. */
class Page {
  #attempt = new AbortController();
  #listening = new AbortController();
  #document;
  #signal;
  #wake = () => {};

  /** @param {boolean} openWhenHidden @param {AbortSignal | null | undefined} signal */
  constructor(openWhenHidden, signal) {
    this.#document = openWhenHidden ? undefined : globalThis.document;
    this.#signal = signal;
    const options = { signal: this.#listening.signal };
    const end = () => {
      this.#attempt.abort();
      this.#wake();
    };
    signal?.addEventListener("abort", end, options);
    this.#document?.addEventListener("visibilitychange", end, options);
  }

  /** Begins an attempt. It is aborted when the page is hidden, and when the user has aborted. */
  begin() {
    this.#attempt = new AbortController();
    return this.#attempt;
  }

  /** Waits, unless the page is shown or hidden, or the user aborts. @param {number} time In milliseconds. */
  async sleep(time) {
    if (this.#signal?.aborted) return;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    await new Promise((resolve) => {
      this.#wake = () => resolve(undefined);
      timer = setTimeout(resolve, time);
    });
    clearTimeout(timer);
    await this.untilShown();
  }

  async untilShown() {
    while (this.#document?.hidden && !this.#signal?.aborted) await new Promise((resolve) => (this.#wake = () => resolve(undefined)));
  }

  leave() {
    this.#listening.abort();
  }
}
