// The errors of a source.

import type { TypedEvent } from "./events.js";
import type { StandardSchemaV1 } from "./parsing.js";
import type { ResponseHead } from "./state.js";

/** What kind of error it is. The comments of `EventSourceError` say which fields an error has by its code. */
export type ErrorCode =
  | "unsupported"
  | "not-initialised"
  | "invalid-option"
  | "invalid-request"
  | "invalid-event-name"
  | "connection-lost"
  | "cors"
  | "blocked"
  | "given-up"
  | "request"
  | "refresh"
  | "status"
  | "content-type"
  | "event-too-large"
  | "suspended"
  | "decode"
  | "validation"
  | "failure-event"
  | "unfinished-event"
  | "open-timeout"
  | "idle"
  | "too-many"
  | "down-too-long"
  | "queue-overflow"
  | "internal";

/** What went wrong. Its `message` says what to do about it, if that is known. */
export class EventSourceError extends Error {
  private constructor();
  readonly name: "EventSourceError";
  readonly code: ErrorCode;
  /** If the connection has failed: how many times in a row, this one included. */
  readonly attempt?: number;
  /**
   * With the codes `connection-lost`, `cors`, `given-up`, `status` and `content-type`: the URL of the request. With
   * `invalid-request`, `blocked`, `request` and `refresh`: the URL of the request that could not be made.
   */
  readonly url?: string;
  /** With the code `blocked`: the directive of the page's Content Security Policy, such as `connect-src`. */
  readonly directive?: string;
  /** With the codes `status` and `content-type`: the HTTP status. */
  readonly status?: number;
  /** With the codes `status` and `content-type`: the `Content-Type` header. */
  readonly contentType?: string;
  /**
   * With the codes `status` and `content-type`: the beginning of the response's body, at most `maxErrorBodySize` bytes, as far as
   * it arrives within a second. Its first 200 characters are in the `message`.
   */
  readonly body?: string;
  /** With the codes `status` and `content-type`: the response, with its headers and its URL after redirects. */
  readonly response?: ResponseHead;
  /**
   * With the codes `status` and `content-type`: how long the server asks to wait before the next request, in milliseconds, by its
   * `Retry-After` header. A server of another origin has to expose that header: `Access-Control-Expose-Headers: Retry-After`.
   */
  readonly retryAfter?: number;
  /**
   * With the codes `decode`, `validation` and `failure-event`: the event as it arrived. With `unfinished-event`: what had
   * arrived of it.
   */
  readonly event?: TypedEvent<string>;
  /** With the code `validation`: the issues that the schema found. */
  readonly issues?: readonly StandardSchemaV1.Issue[];
  /** With the code `too-many`: how many there were in a row. */
  readonly count?: number;
  /** With the codes `open-timeout` and `idle`, and with `refresh` if it did not end: how long the policy waited, in milliseconds. */
  readonly after?: number;
  /** With the code `down-too-long` the limit in milliseconds, with `event-too-large` in bytes. */
  readonly limit?: number;
  /** With the code `queue-overflow`: how many events the queue has dropped. */
  readonly dropped?: number;
  /**
   * The cause: with the codes `too-many` and `down-too-long` the last error, otherwise an exception if there was one.
   */
  readonly cause?: unknown;
}
