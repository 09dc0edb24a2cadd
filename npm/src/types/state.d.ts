// What a source says of itself and of its connection.

import type { EventSourceError } from "./errors.js";

/**
 * What a server has answered with, apart from the body. It is a plain object, which can be compared, copied and stored: its
 * `headers` are no `Headers`.
 */
export interface ResponseHead {
  /** The HTTP status. */
  readonly status: number;
  /** The URL that has answered: the last one, if there were redirects. */
  readonly url: string;
  /** Whether this request was redirected. In Firefox, a source may later ask the URL that a redirect has led to. */
  readonly redirected: boolean;
  /**
   * The headers, by their names in lower case: `headers["x-request-id"]`. Of a response from another origin only those are here
   * that the server exposes, by `Access-Control-Expose-Headers`.
   */
  readonly headers: { readonly [name: string]: string | undefined };
}

/** The state of a source. */
export type State =
  | { readonly type: "connecting" }
  /** `response` is there over `fetch`: the browser's own transport does not show it. */
  | { readonly type: "open"; readonly response?: ResponseHead }
  /** `attempt` counts from 1; `retryIn` (milliseconds) is missing if the browser reconnects, since it does not say. */
  | { readonly type: "waiting"; readonly attempt: number; readonly retryIn?: number }
  /** The machine is offline: the next attempt is made when the network is back. */
  | { readonly type: "offline"; readonly attempt: number }
  /** `pause()` was called, or the page is hidden (`pauseWhenHidden`). There is no connection until the source is resumed. */
  | { readonly type: "paused" }
  | { readonly type: "closed"; readonly reason: CloseReason };

/**
 * Why a source closed: the server finished, `close()` was called (`requested`), the signal was aborted, which has the
 * `reason`, the source was garbage-collected (`dropped`), or an error closed it (`policy`), because the policy says so or the
 * server sent its `failureEvent`.
 */
export type CloseReason =
  | { readonly type: "finished" }
  | { readonly type: "requested" }
  | { readonly type: "aborted"; readonly reason: unknown }
  | { readonly type: "dropped" }
  | { readonly type: "policy"; readonly error: EventSourceError };

/** Who has the connection of a source: itself or its page, a shared worker, this tab for all tabs, or another tab. */
export type Role = "own" | "worker" | "leader" | "follower";

/** What a source has counted so far: a plain object, which later events do not change. */
export interface Stats {
  /** The attempts to connect, the one under way included. Of those that the browser makes, the ones that have ended. */
  readonly attempts: number;
  /** How many of these have opened a connection. */
  readonly opened: number;
  /** The events that were delivered: those that somebody listens to, without duplicates. */
  readonly events: number;
  /** The bytes of the responses that were read, after decompression. Missing over the browser's own transport, which hides them. */
  readonly bytes?: number;
  /** The events that were skipped, since they had been delivered before. Only counted with `deduplicate`. */
  readonly duplicates: number;
  /** How often ids showed that events were missed. Only counted with `deduplicate`, or where `onGap` has a handler. */
  readonly gaps: number;
  /** When the last event arrived that somebody listens to, in milliseconds since 1970. Over `fetch` it is the time of its chunk. */
  readonly lastEventAt?: number;
}
