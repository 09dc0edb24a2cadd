// When a source reconnects, reopens and closes.

import type { EventSourceError } from "./errors.js";

/**
 * What a policy begins with; its options change it.
 *
 * - `browser`, the default, is for what a browser's own source is used for. It reconnects after a loss, and closes when the
 *   connection fails for good: at an HTTP error, a wrong content type and the like.
 * - `close-on-error` is for an answer that has to be whole. It closes at the first loss, refusal or event that does not decode.
 * - `resilient` is for a feed that is shown as long as the page is. It goes on after all of these, with waits that grow, and
 *   reopens when the page wakes from sleep. Over `fetch` it goes on only at statuses that may pass, such as 503.
 *
 * None has a limit on silence: see `idle`.
 */
export type Preset = "browser" | "close-on-error" | "resilient";

/** A limit of time, and what follows when it is reached. */
export interface Limit {
  /** Milliseconds. */
  after: number;
  /** `keep-waiting` reports the error once, and keeps the connection. */
  then: "close" | "reopen" | "keep-waiting";
}

/** How the waits between attempts grow, and when the attempts end. */
export interface Backoff {
  // <backoff>
  /**
   * The ceiling of the first wait.
   *
   * In milliseconds. Default: `1000`.
   */
  initial?: number | undefined;
  /**
   * The factor by which the ceiling grows with each attempt. Anything below 1 counts as 1.
   *
   * Default: `2`.
   */
  factor?: number | undefined;
  /**
   * The highest ceiling. Waits that a server asks for have another limit.
   *
   * In milliseconds. Default: `30000`.
   */
  max?: number | undefined;
  /**
   * Whether the wait is a random time between zero and the ceiling, or the ceiling itself.
   *
   * Default: `true`.
   */
  jitter?: boolean | undefined;
  /**
   * The most attempts in a row: when that many have failed, the source closes. Zero allows none.
   */
  maxAttempts?: number | undefined;
  /**
   * The longest time to keep trying: no attempt starts later than this after the first failure. If the next
   * one would, the source closes. The time for which the machine is offline does not count.
   *
   * In milliseconds.
   */
  maxElapsed?: number | undefined;
  // </backoff>
}

/** What to do about a failure. */
export type Decision =
  /** Do nothing: keep the connection, or reconnect as the standard says. */
  | { readonly type: "keep-waiting" }
  /** Close the connection and open another after this many milliseconds. */
  | { readonly type: "reopen"; readonly after: number }
  /** Do what the policy proposes. */
  | { readonly type: "as-proposed" }
  | { readonly type: "close" };

/** What a rule is asked about. */
export interface FailureContext {
  readonly error: EventSourceError;
  /** How many times in a row the connection has failed, this time included. */
  readonly failures: number;
  /** How many events in a row did not parse, this one included. */
  readonly decodeErrors: number;
  /** How long ago the first of these failures of the connection was, in milliseconds. */
  readonly downFor: number;
  /** What the policy does unless the rule decides otherwise. */
  readonly proposed: Decision;
}

/** A preset, and what to change about it. */
export interface Policy {
  /** `"browser"` by default. */
  preset?: Preset | undefined;
  backoff?: Backoff | undefined;
  /**
   * A rule of your own, called when something goes wrong, except for a `failureEvent`. It has the last word. If it
   * returns nothing, or the `proposed` object, the policy does what it proposed.
   */
  rule?: ((context: FailureContext) => Decision | undefined | void) | undefined;
  // <policy>
  /**
   * Closes the source at the n-th lost connection in a row, even if the browser would go on reconnecting.
   * Zero counts as 1.
   */
  closeAfterLosses?: number | undefined;
  /**
   * Closes the source, with an error that says so, when it has had no healthy connection for longer than
   * this: since the first failure, or since its creation if it has not opened yet.
   *
   * In milliseconds.
   */
  closeWhenDownFor?: number | undefined;
  /**
   * What to do when the connection fails for good: the browser gives up without saying why (an HTTP error, a
   * wrong content type, a CORS refusal, in some browsers also an unreachable server).
   *
   * The fetch transport knows why, and so does `diagnose`. There, this also decides on HTTP errors and wrong content types, unless
   * there is a list of statuses to retry. A failure that a retry would only repeat (an event that is too
   * large, a request that cannot be made) always closes the source.
   */
  givenUp?: "close" | "reopen" | undefined;
  /**
   * The HTTP statuses at which to try again, with the backoff and no sooner than the `Retry-After` header
   * says. At all others, and at a wrong content type, the source closes. The browser's own source hides the
   * status, unless `diagnose` asks for it.
   */
  retryStatuses?: readonly number[] | undefined;
  /**
   * The HTTP statuses at which the function for a refresh is called, if the source has one. By default it is 401 alone.
   */
  refreshStatuses?: readonly number[] | undefined;
  /**
   * How long a refresh may take. One that takes longer has failed.
   *
   * In milliseconds. Default: `30000`.
   */
  refreshTimeout?: number | undefined;
  /**
   * The standard's reconnection time: how long to wait after a lost connection, until the server sets it
   * with a `retry` field. With backoff it is the shortest wait.
   *
   * If neither sets it, it is 3 seconds without backoff and zero with it. No wait is shorter than 10 ms.
   * Without backoff, none is shorter than a second from the fourth loss in a row on. The browser's own
   * reconnections use the browser's time, unless that is close to zero.
   *
   * In milliseconds.
   */
  reconnectionTime?: number | undefined;
  /**
   * The longest that a server can make the source wait, by a `retry` field or a `Retry-After` header. A
   * longer time counts as this.
   *
   * In milliseconds. Default: `3600000`.
   */
  maxServerDelay?: number | undefined;
  /**
   * Whether the wait after a lost connection grows with the backoff (never below the reconnection time) or is
   * the reconnection time each time. Fetch transport only.
   */
  backOffAfterLosses?: boolean | undefined;
  /**
   * Whether a request whose method is not safe (other than GET and HEAD) may be sent more than once. Its losses
   * and attempts then count as long as the source lives. Otherwise anything that would cause a retry closes the
   * source, except a slow opening, which is tolerated, and what `resend_refused` or the end of a response that
   * is to be asked for again allows. Fetch transport only.
   *
   * Default: `false`.
   */
  resend?: boolean | undefined;
  /**
   * Whether such a request may be sent again if the server has refused it with an HTTP status at which to try
   * again. An answer that begins and breaks off is not a refusal. Fetch transport only.
   *
   * Default: `false`.
   */
  resendRefused?: boolean | undefined;
  /**
   * Closes the source at the n-th event in a row whose data does not decode. Zero counts as 1.
   */
  closeAfterDecodeErrors?: number | undefined;
  /**
   * What to do when an open connection receives nothing for this long.
   *
   * Over fetch, every byte counts: comments, line ends, the middle of a long event. The browser's own source
   * shows only events that have listeners, and no comments: to count, a server's heartbeat has to be an event
   * with a listener.
   *
   * The timers of a hidden page fire late, by up to a minute in Chrome, so silence is noticed late. Data
   * that arrived in the meantime may still be unread, so there are two more seconds to read it.
   *
   * If the request may not be sent again, the source closes with the error even if this says to reopen: a
   * response that has fallen silent is dead.
   */
  idle?: Limit | undefined;
  /**
   * What to do when the connection is not open after this long. While the browser reconnects, its own wait
   * before the attempt counts too.
   *
   * Many servers send the headers of their answer with the first event. So a feed that is quiet is not open
   * either, and to close its connection would lose that event. To keep waiting reports the error once for each
   * attempt. To reopen does not wait longer each time: at most as long as the first wait of the backoff.
   *
   * If the request may not be sent again, there is no limit unless this says to close: a slow answer is better
   * than none.
   */
  opening?: Limit | undefined;
  /**
   * How long a connection without events has to stay open before the counters and the backoff start again.
   *
   * In milliseconds. Default: `5000`.
   */
  healthyAfter?: number | undefined;
  /**
   * Whether to replace a connection at once when the page wakes from sleep or the network comes back, be it open
   * or still to open: it may have died unnoticed.
   *
   * A waiting source always tries again when the network comes back. That ends a wait of the backoff, but
   * not one that the server, the reconnection time or a rule asked for.
   *
   * A page wakes when it was frozen, or in the back/forward cache, and runs again, or when its timers are more than 90 seconds
   * late.
   */
  reopenOnWake?: boolean | undefined;
  /**
   * Pauses the source when its page has been hidden for this long. When the page is seen again, the source goes on at once
   * from the last event id, with its earlier failures forgotten. The browser's own source needs a resume parameter for that.
   *
   * A source that the user has paused stays so. A request that may not be sent again is not paused. Workers do not know
   * whether a page is hidden, and the timers of a hidden page fire late, by up to a minute in Chrome.
   *
   * In milliseconds.
   */
  pauseWhenHidden?: number | undefined;
  // </policy>
}
