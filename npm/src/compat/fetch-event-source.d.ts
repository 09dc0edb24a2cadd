/** The content type of event streams. */
export declare const EventStreamContentType = "text/event-stream";

/** A message, as `@microsoft/fetch-event-source` gives it. */
export interface EventSourceMessage {
  /** The last event id of the stream at this message; empty if there was none. */
  id: string;
  /** Its name; empty for `message`. */
  event: string;
  /** The values of its `data` fields, joined by line feeds. */
  data: string;
  /** The last `retry` of the stream, in milliseconds. */
  retry?: number | undefined;
}

/** The options of `fetchEventSource`: those of `fetch`, and these. */
export interface FetchEventSourceInit extends Omit<RequestInit, "headers"> {
  /** The headers of each request. `accept` is `text/event-stream` by default, and `last-event-id` is added. */
  headers?: Record<string, string>;
  /** Called with each response, before it is read. Throw if it is not what you expect; by default its content type is checked. */
  onopen?: (response: Response) => Promise<void>;
  /** Called with each message. What it throws goes to `onerror`. */
  onmessage?: (message: EventSourceMessage) => void;
  /** Called when the server has ended the stream. If it returns, that was the end; if it throws, that goes to `onerror`. */
  onclose?: () => void;
  /**
   * Called with each error. Throw to end: the promise rejects with that. Otherwise the request is made again, after the milliseconds that
   * it returns, or else after the server's `retry`, or after a second.
   */
  onerror?: (error: any) => number | null | undefined | void;
  /** Whether the stream stays open while the page is hidden. By default it is closed, and goes on when the page is shown. */
  openWhenHidden?: boolean;
  /** What to use in place of `fetch`. */
  fetch?: typeof fetch;
}

/**
 * Reads an event stream as `fetchEventSource` of `@microsoft/fetch-event-source` does: code that was written for it needs another import
 * and nothing else. The promise resolves at the end of the stream and when the `signal` is aborted, and rejects with what `onerror` throws.
 *
 * ```ts
 * import { fetchEventSource } from "typed-eventsource/compat/fetch-event-source";
 *
 * await fetchEventSource("/answer", {
 *   method: "POST",
 *   headers: { "Content-Type": "application/json" },
 *   body: JSON.stringify({ question }),
 *   onmessage: ({ data }) => print(data),
 * });
 * ```
 */
export declare function fetchEventSource(input: RequestInfo | URL, init?: FetchEventSourceInit): Promise<void>;
