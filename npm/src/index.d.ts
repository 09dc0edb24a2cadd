/// <reference lib="esnext.disposable" />

import type {
  AbortSignal,
  AddEventListenerOptions,
  BufferSource,
  Event,
  EventListenerOptions,
  EventListenerOrEventListenerObject,
  HeadersInit,
  MessageEvent,
  ReferrerPolicy,
  RequestCache,
  RequestCredentials,
  RequestInit,
  RequestMode,
  RequestRedirect,
  Response,
  URL,
  WasmModule,
  XMLHttpRequestBodyInit,
} from "./dom.js";
import { EventTarget } from "./dom.js";

/** The payload type of each event, by its name: `{ price: Price; halt: { symbol: string } }`. */
export type EventMap = { [name: string]: unknown };

/**
 * An event, with its data parsed and validated as the source's options say. It is a plain object, as the states and the
 * gaps are: it works in a store that hands out proxies (Vue, Alpine, MobX, Solid), and copies have all that it has.
 */
export interface TypedEvent<T, Type extends string = string> {
  /** The value of the `event` field, or `message`. */
  readonly type: Type;
  readonly data: T;
  readonly lastEventId: string;
  readonly origin: string;
}

/** Any event of a feed. Its `type` says which event it is, and so the type of its `data`. */
export type EventOf<Feed, Names extends keyof Feed = keyof Feed> = {
  [Name in Names & string]: TypedEvent<Feed[Name], Name>;
}[Names & string];

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

/** A validator of any library that follows Standard Schema: zod, valibot, arktype and others. */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardSchemaV1.Result<Output> | Promise<StandardSchemaV1.Result<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

export namespace StandardSchemaV1 {
  type Result<Output> = { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly Issue[] };
  interface Issue {
    readonly message: string;
    readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  }
}

/**
 * Events that were missed while there was no connection, by the ids of the events around them. With `deduplicate` also a server
 * that counts from the start again: then `missed` is 0.
 */
export interface Gap {
  /** The highest id before it. */
  readonly after: string;
  /** The first id after it. If the server counts from the start again, this one is not higher. */
  readonly before: string;
  /** How many ids lie between the two. 0 if the server counts from the start again, since then nobody knows. */
  readonly missed: number;
}

/**
 * Why an attempt to connect was made: the source was opened (`first`), an earlier attempt or connection has failed (`reconnection`), the
 * page woke or the network changed (`woken`), `reconnect()` was called (`reconnect`), the source was paused and is `resumed`, what the
 * server had refused is `refreshed`, or the connection is `renewed` before a token expires. There may be more in later versions.
 */
export type AttemptReason = "first" | "reconnection" | "woken" | "reconnect" | "resumed" | "refreshed" | "renewed";

/**
 * How an attempt to connect ended: the server answered with an event stream (`opened`), that it has finished (status 204: `finished`),
 * or with something else (`refused`); there was no answer (`failed`); the source closed before there was one, or another attempt took
 * its place (`aborted`).
 */
export type AttemptOutcome = "opened" | "finished" | "refused" | "failed" | "aborted";

/** An attempt to connect that has ended. It is a plain object. */
export interface AttemptSummary {
  /** Counts from 1 over the life of the source. */
  readonly number: number;
  readonly reason: AttemptReason;
  /** The error that led to it, if one did. */
  readonly cause?: EventSourceError;
  /** The URL that was asked, with the resume parameter. */
  readonly url: string;
  /** When it started, in milliseconds since 1970 as `Date.now()` has them. Missing if the browser has made it, since it does not say. */
  readonly startedAt?: number;
  /** How long it took until the server answered, or until it failed, in milliseconds. Missing if the browser has made it. */
  readonly duration?: number;
  readonly outcome: AttemptOutcome;
  /** The HTTP status, if the server answered. The browser's own transport hides it, unless `diagnose` asks for it. */
  readonly status?: number;
  /** What went wrong, if it was `refused` or has `failed`. */
  readonly error?: EventSourceError;
}

/** What a source has counted so far. It is a plain object that changes no more. */
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

/** Validators by the names of events. */
export type Schemas<Feed> = { readonly [Name in keyof Feed]?: StandardSchemaV1<unknown, Feed[Name]> | undefined };

/** Parses the data of an event. An exception of it is reported. */
export type Parser = (data: string, event: TypedEvent<string>) => unknown;

/** The names of the events whose data cannot be text. */
type NotText<Feed> = {
  [Name in keyof Feed]: [unknown] extends [Feed[Name]] ? never : [Extract<Feed[Name], string>] extends [never] ? Name : never;
}[keyof Feed];

/** How the events are parsed: all in one way, or by their names. */
export type Parse<Feed> =
  | "json"
  | ([NotText<Feed>] extends [never] ? "text" : never)
  | Parser
  | { readonly [Name in keyof Feed]?: "json" | "skip" | (Name extends NotText<Feed> ? never : "text") | Parser | undefined };

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

export interface Limit {
  /** Milliseconds. */
  after: number;
  /** `keep-waiting` reports the error once, and keeps the connection. */
  then: "close" | "reopen" | "keep-waiting";
}

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

/** An attempt to connect, for whose request a source's `request` is asked. */
export interface Attempt {
  /** Which attempt of the source this is: 1 for the first. */
  readonly number: number;
  /** The id of the event to continue after; empty if there is none. */
  readonly lastEventId: string;
  /** Why the attempt before, or its connection, has failed; `undefined` if it has not, and for the first one. */
  readonly error: EventSourceError | undefined;
  /** It is aborted when the attempt is over: the source has closed, or the policy waits no longer. */
  readonly signal: AbortSignal;
}

/** The request of an attempt. What it leaves out is as the source's options say. */
export interface AttemptRequest {
  /** By default the URL of the source. It is resolved as that one is. One of another origin gets the headers of the options, too. */
  url?: string | URL | undefined;
  /** A request that becomes a GET or a HEAD has no body, unless there is one here, too. */
  method?: string | undefined;
  /** Headers beside those of the options, in place of those with the same names. */
  headers?: HeadersInit | undefined;
  body?: XMLHttpRequestBodyInit | null | undefined;
  credentials?: RequestCredentials | undefined;
}

/** How many events wait for the consumer of `events()`, and what happens when the queue is full. */
export interface Queue {
  /** 4,096 events by default. Zero counts as 1. */
  capacity?: number | undefined;
  /**
   * With `drop-oldest` the oldest event is dropped, with `keep-latest` all waiting events are for the newest one; with `close`
   * the source closes. With `wait`, over `fetch` only, the response is read no further until there is room: nothing is dropped,
   * and the server has to wait, except where the browser itself keeps what arrives (Firefox does).
   *
   * `wait` is the default of a request that is sent once, such as a POST, unless the policy has `resend`. For others it is
   * `drop-oldest`.
   *
   * While one queue waits, all handlers and loops of the source do, also those of other sources that share the connection: the
   * slowest loop sets the pace. So read an iterator, or end it by `break` or `return()`: one that is kept and not read holds
   * back the others. Silence does not count meanwhile (`idle`), and a loss or the end is noticed when the reading goes on. An
   * event in the queue counts as received, so its id is the last event id.
   */
  whenFull?: "drop-oldest" | "keep-latest" | "close" | "wait" | undefined;
}

/** Who has the connection of a source: itself or its page, a shared worker, this tab for all tabs, or another tab. */
export type Role = "own" | "worker" | "leader" | "follower";

/** How sources are shared among tabs. */
export interface TabsOptions {
  /** How many milliseconds the worker keeps a connection that no tab needs. The default is 500. */
  linger?: number | undefined;
  /**
   * The URL of the worker's script, on the page's origin. By default it is `tabs/typed-eventsource-worker.js` of this package, which
   * Vite, webpack, Rspack and Turbopack find by the `new URL(…, import.meta.url)` in the package. For other bundlers, or a server with
   * other paths, `typed-eventsource/shared-worker` is the script to be built and served.
   */
  worker?: string | URL | undefined;
  /**
   * Only sources with the same key share. It tells sources apart whose functions have captured different things, such as the tokens of
   * two users: among tabs, functions count as the same if their source text is.
   */
  key?: string | undefined;
}

/** Options that every source takes. */
export interface CommonInit<Feed extends { [Name in keyof Feed]: unknown } = EventMap> {
  /** Whether credentials are sent to another origin. */
  withCredentials?: boolean | undefined;
  policy?: Preset | Policy | undefined;
  /**
   * Whether to share the connection with other sources that have this set. They need the same URL and the same options,
   * apart from `parse`, `skipEmpty`, `schemas`, `queue`, `closeAfterLoop` and `signal`. Functions among the options are the same if they are the same
   * object; a body that is not text is never the same. A browser allows six connections to a host over HTTP/1.1, for all
   * tabs together; each tab and each worker shares within itself.
   *
   * A source that joins receives the events that come from then on. If the connection is open, the source is open at
   * once, and its `open` event follows in a separate task. Each source has its own listeners and queues, parses and
   * validates for itself, and counts the events that it cannot decode. `close()` and a `signal` close only that source;
   * the last source to close closes the connection. If the server or the policy ends the connection, all sources close.
   * An error of the connection goes to the console if none of them listens to errors.
   *
   * With `"tabs"`, the sources of all tabs of the origin share it, in a shared worker; where there is none, one of the tabs has the
   * connection and the others follow, by Web Locks and a `BroadcastChannel`. Where there is neither (plain HTTP without shared workers),
   * each tab has a separate connection, which the console says once. `role` tells which it is. Functions among the options are
   * the same here if their source text and name are (of a bound function the name), whatever they have captured; one of the tabs
   * answers them, and another one when that goes or is suspended. A source with a `fetch` of the user does without the worker. A tab
   * that falls behind is told what it has lost with an error `queue-overflow`; it holds no other tab back.
   */
  shared?: boolean | "tabs" | undefined;
  /** How sources are shared with `shared: "tabs"`. */
  tabs?: TabsOptions | undefined;
  /**
   * How `on`, `onAny` and `events` parse an event's data: `"json"` by default. An object has this by the names of events; those
   * that it does not have are parsed as JSON. An event that is parsed as `"skip"` is received, but not handed to them.
   *
   * JSON's integers are numbers in JavaScript, which are exact up to `Number.MAX_SAFE_INTEGER`: an id of 64 bits becomes
   * another one, in silence. Where a server sends such an id as the whole data, parse it as `"text"`. Where it is a part of the
   * data, parse by a function: `(data) => JSON.parse(data, (key, value, { source }) => (key === "id" ? BigInt(source) : value))`.
   *
   * Types refuse `"text"` for an event whose data they say is no text. If a schema makes that data of text, hand it the text by a
   * function: `(data) => data`.
   *
   * An event that is kept holds nothing else in memory, unless its data is a large part of the chunk that it arrived
   * in.
   */
  parse?: Parse<NoInfer<Feed>> | undefined;
  /**
   * Whether events without data, such as the heartbeats of some servers, are skipped where they would be parsed as JSON.
   * Otherwise, as is the default, each is an error (`decode`): nothing is no JSON.
   */
  skipEmpty?: boolean | undefined;
  /**
   * Validators of the parsed data, by the names of events. An event that one refuses is reported and skipped. So is an
   * event for which one returns a promise: events keep their order, and do not wait.
   */
  schemas?: Schemas<Feed> | undefined;
  queue?: Queue | undefined;
  /**
   * Whether leaving a loop over `events`, by `break`, `return` or an exception, closes the source if nothing else listens to its
   * events: no handler, no DOM listener and no other loop. Handlers of `onState`, `onError`, `onGap` and `onAttempt` do not keep it open.
   *
   * By default leaving a loop ends the iteration alone, and the source stays open.
   */
  closeAfterLoop?: boolean | undefined;
  /**
   * Skips duplicates: events with an id that is among this many last distinct ids of delivered events. A duplicate
   * counts as received data, like a comment, but does not make counters and backoff start again. Its id still becomes
   * the last event id.
   *
   * An event without an `id` field is never a duplicate. Nor is the event by which the server says that it has
   * finished, or what went wrong. The browser's own transport does not show that field: there, an event with the id of
   * the previous event of the same connection counts as one without the field, and the first event of a connection as
   * one with it. After an event with an empty `id`, all ids are forgotten. By default, as with 0, no id is remembered.
   *
   * A server that was restarted may count from the start again. That is noticed where ids are decimal integers: a new
   * connection begins with an id that is no higher than any before, and brings an event whose data is not what it was under its
   * id. `onGap` is told of it, all earlier ids are forgotten, and the event is delivered. A server that sends all its events again
   * at each connection has to send the same data again.
   */
  deduplicate?: number | undefined;
  /**
   * The query parameter that carries the last event id when the source is reopened; over `fetch` in place of the
   * header.
   */
  resumeParameter?: string | undefined;
  /**
   * The name of the event by which the server says that it has finished, or several of them. It is delivered like any other,
   * then the source closes. By the standard an event without data is none: a server sends some data with this one, too.
   */
  terminalEvent?: string | readonly string[] | undefined;
  /**
   * The data by which the server says that it has finished, such as `[DONE]`, in an event of any name. It is not delivered. The
   * browser's own source tells only of unnamed events and of those that somebody listens to.
   */
  terminalData?: string | undefined;
  /**
   * The name of the event by which the server says what went wrong, such as `error`. It is delivered like any other.
   * Then the source closes with an error whose code is `failure-event` and which has the event, even if its data does
   * not decode. No rule is asked. If it has the same name as the terminal event, this option counts.
   */
  failureEvent?: string | undefined;
  /**
   * Whether to make one more request to find out why a connection failed, which browsers hide.
   *
   * Over `fetch`, where this is the default: if a request to another origin gets no answer, a GET with the mode `no-cors` asks
   * whether the server can be reached. If so, the error is not `connection-lost` but `cors`, and says what the server has to send.
   * The policy treats both alike, since an error page of a proxy may lack the headers, too. If the method of the source is not GET,
   * a HEAD asks, and CORS is only the probable reason, as the text says.
   *
   * A source asks at most once in ten seconds. A failure in between has the error that the last answer leads to. After a request
   * was answered, such requests are no longer asked about. Those with a `Last-Event-ID` header count separately, since they need a
   * preflight. A page with `Cross-Origin-Embedder-Policy: require-corp` may get no answer, and is told of a lost connection.
   *
   * Over the browser's own transport this is off by default: if the browser gives up, a `fetch` of the same URL shows the status,
   * the content type or the refusal by CORS. The body is not read. The policy then decides as over `fetch`, so that a 204
   * finishes, a 401 closes, and a 503 is retried if `retryStatuses` has it. If the server cannot be reached, the connection is
   * lost.
   */
  diagnose?: boolean | undefined;
  /**
   * Refreshes what the server has refused, such as a token: called when it answers with 401, or with another of the policy's
   * `refreshStatuses`. Once the promise resolves, the request is made again at once, with what `headers` returns then. The source
   * is `connecting` meanwhile, and no error is reported.
   *
   * One call runs at a time, for all sources that have the same function. A source that was refused with a request from before the
   * last refresh is not refreshed again, and one that is about to connect waits for a call that runs. So give all of them the same
   * function, not one made for each.
   *
   * A second refusal, without a connection in between, closes the source with the error `status`. If the function throws or
   * rejects, or takes longer than the policy's `refreshTimeout`, the source closes with the error `refresh`, unless the policy's
   * `rule` reopens it. If the machine is offline by then, the source tries again when the network is back.
   *
   * A request that is otherwise sent once (a POST, for instance) is sent again too: the server has refused it, and this function
   * is the word that it may. The browser's own transport shows the status only with `diagnose: true`.
   *
   * ```ts
   * new EventSource("/orders", {
   *   transport: "fetch",
   *   headers: () => ({ Authorization: `Bearer ${session.token}` }),
   *   onUnauthorized: session.refresh,
   * });
   * ```
   */
  onUnauthorized?: (() => void | PromiseLike<void>) | undefined;
  /**
   * Renews the connection before what it was made with expires. The function is called each time the source has opened, and returns
   * when that is: a date, or a number as of `Date.now()` in milliseconds (the `exp` of a JSON Web Token is in seconds);
   * `undefined` if it does not expire.
   *
   * Half a minute before then (in the middle of the time, if less than a minute is left), `onUnauthorized` is called if there is
   * one, and another connection is opened after the last event id. Once it is open, the first is closed, and the source goes
   * on with the other, without a change of state. Events that come over both are delivered once, by their ids: a server has to
   * send ids, and the events after the last one again. Events without an id may be missed or come twice. If the other connection
   * cannot be made, the error is reported, the first goes on, and it is tried twice more. If the time has not moved on by then, it
   * is not renewed again.
   *
   * The browser's own transport sends the id only with `resumeParameter`. A request that is sent once is not renewed.
   *
   * ```ts
   * new EventSource("/orders", {
   *   transport: "fetch",
   *   headers: () => ({ Authorization: `Bearer ${session.token}` }),
   *   onUnauthorized: session.refresh,
   *   renewBefore: () => session.expiresAt,
   * });
   * ```
   */
  renewBefore?: (() => Date | number | undefined) | undefined;
  /**
   * Closes the source when it is aborted. `closed` then resolves with `{ type: "aborted", reason }`, which has the signal's
   * reason, and a loop over `events` ends by throwing that reason, after the events that wait. No error is reported.
   */
  signal?: AbortSignal | null | undefined;
}

/** Options of a source whose events are carried by the browser's own `EventSource`. */
export interface BrowserInit<Feed extends { [Name in keyof Feed]: unknown } = EventMap> extends CommonInit<Feed> {
  transport?: "browser" | undefined;
  /**
   * A function that is asked for the URL before each attempt, the first included; see `request` of a source over `fetch`. The
   * browser's own source takes nothing but a URL, so to answer anything else is an error (`invalid-option`).
   *
   * The browser would reconnect to the URL that it has. So each loss is followed by another source of the browser's, after the
   * policy's `reconnectionTime`, since the browser does not tell a `retry` of the server. It sends no last event id as a header:
   * set `resumeParameter`, or put the `lastEventId` into the URL. With `diagnose`, a URL is asked again to find out why the browser has
   * given up, which a ticket that serves once does not allow.
   *
   * ```ts
   * new EventSource("/prices", { request: async ({ signal }) => ({ url: `/prices?ticket=${await ticket(signal)}` }) });
   * ```
   */
  request?: ((attempt: Attempt) => Pick<AttemptRequest, "url"> | Promise<Pick<AttemptRequest, "url">>) | undefined;
  /** The browser does not wait for a full queue. */
  queue?: (Queue & { whenFull?: Exclude<Queue["whenFull"], "wait"> }) | undefined;
}

/**
 * Options of a source whose events are carried by `fetch`. The options of the request have the same names as those of
 * `fetch`.
 */
export interface FetchInit<Feed extends { [Name in keyof Feed]: unknown } = EventMap> extends CommonInit<Feed> {
  transport: "fetch";
  /** `GET` by default. A method other than GET and HEAD is sent once, unless the policy has `resend` or `resendRefused`, or `endOfBody` is `"reconnect"`. */
  method?: string | undefined;
  /** Headers, or a function that returns them before each attempt: the short form of `request` for headers alone. */
  headers?: HeadersInit | (() => HeadersInit | Promise<HeadersInit>) | undefined;
  /**
   * A function that is asked for the request before each attempt, the first included, since tokens expire, and since an answer
   * that was cut may be had from elsewhere. What it leaves out is as the other options say.
   *
   * ```ts
   * new EventSource("/chat", {
   *   transport: "fetch",
   *   method: "POST",
   *   body: question,
   *   request: ({ number }) => (number === 1 ? {} : { method: "GET", url: `/chat/${id}/stream` }),
   * });
   * ```
   *
   * If it throws, or its promise is rejected, the attempt has failed with the code `request`, and the next one follows as after a
   * lost connection. While it has not answered, the limit `opening` counts. An answer that is no request closes the source.
   *
   * What it answers decides whether the request may be sent more than once. After a failure it is asked again, whatever was sent;
   * but a method other than GET and HEAD is sent once. If it answers with such a method again, the source closes with the error of
   * the attempt before, and sends nothing; unless the policy has `resend`, or `resendRefused` and the request was refused, or a rule
   * has reopened, or `endOfBody` is `"reconnect"` and the response was whole, or you call `reconnect()` or `resume()`. The end of a
   * response means what it means for the request that was sent.
   *
   * An attempt that ends before the function has answered has a number, too: a function that may fail, or take long, cannot tell by
   * the number whether its POST was sent.
   */
  request?: ((attempt: Attempt) => AttemptRequest | Promise<AttemptRequest>) | undefined;
  /**
   * A function that makes the requests of this source in place of the global `fetch`, as that is called: with the URL, and with a
   * plain object that has the method, the headers (a plain object with names in lower case), the body, the signal and what else the
   * options say. What it throws, or its promise is rejected with, is a lost connection.
   *
   * It is called once for each attempt, and `diagnose` is off by default, since one more request need not lead where this function
   * leads. To switch it on has it ask through this function, too.
   *
   * ```ts
   * new EventSource("https://feed/prices", { transport: "fetch", fetch: (url, init) => env.FEED.fetch(url, init) });
   * ```
   */
  fetch?: ((url: string, init: RequestInit & { headers: { [name: string]: string } }) => Promise<Response>) | undefined;
  /** Text, bytes or a form. A stream is refused, since it can be sent only once. */
  body?: XMLHttpRequestBodyInit | null | undefined;
  /** Overrides `withCredentials`. */
  credentials?: RequestCredentials | undefined;
  mode?: RequestMode | undefined;
  /** `no-store` by default. */
  cache?: RequestCache | undefined;
  /** With `error` no redirect is followed, so none gets the headers; the attempt ends like a lost connection. */
  redirect?: RequestRedirect | undefined;
  referrerPolicy?: ReferrerPolicy | undefined;
  /** The id to continue from: the `lastEventId` of an earlier source, kept across a reload for instance. */
  lastEventId?: string | undefined;
  /** The most bytes that one event may have: 16 MiB by default. The queue of an iteration may hold `capacity` of them. */
  maxEventSize?: number | undefined;
  /**
   * Decides whether a response is taken for an event stream, in place of the standard's rule: status 200 and the type
   * `text/event-stream`. What it returns `true` for is parsed as an event stream, whatever its type; `false` is an error with the
   * code `status`, or `content-type` where the status is 200. So is an exception, which is the error's `cause`. It is not asked
   * about status 204, by which a server says that it has finished.
   *
   * ```ts
   * new EventSource("/jobs", { transport: "fetch", method: "POST", accept: ({ status }) => status === 200 || status === 201 });
   * ```
   */
  accept?: ((response: ResponseHead) => boolean) | undefined;
  /** How many bytes an error keeps of the body of a response that is no event stream: 16 KiB (16,384) by default. */
  maxErrorBodySize?: number | undefined;
  /**
   * What the end of a response means: that the server has finished, or a loss, after which the request is made again, also where
   * its method is not GET or HEAD.
   *
   * By default it is a loss, as the standard has it. For a request that is sent once it is the end; but not where the server was
   * to say so with a terminal event or data, nor where it has said how to go on, with a `retry` field or an `id`. A response that
   * ends within an event has not finished, whatever is set here: the error `unfinished-event` has what had arrived. Where
   * that is a terminal event or data, it counts.
   */
  endOfBody?: "finished" | "reconnect" | undefined;
}

export type EventSourceInit<Feed extends { [Name in keyof Feed]: unknown } = EventMap> = BrowserInit<Feed> | FetchInit<Feed>;

/**
 * The events of some names, as they arrive. If the policy closes the source, the last step throws its error; if a signal does,
 * the signal's reason. It works behind a `Proxy` too.
 */
export interface EventIterator<T> extends AsyncIterableIterator<T, undefined, undefined> {
  /** How many events have been dropped so far, because the queue was full. A queue that waits drops none. */
  readonly dropped: number;
  return(): Promise<IteratorResult<T, undefined>>;
}

/** When a batch of events is handed over: `per` milliseconds after its first event, or earlier once it has so many events (`most`). */
export interface BatchOptions {
  /**
   * `"frame"` by default: at the next frame of the page, so that it renders at most once a frame. Where frames stop, since the page is
   * hidden or covered, that is at most about a second later; where there are none, as in Node.js, 16 ms. Otherwise milliseconds.
   */
  per?: "frame" | number | undefined;
  /** 10,000 events by default. Zero counts as 1. */
  most?: number | undefined;
}

/** The standard's `open` event, which here has the response over `fetch`. */
export interface SourceOpenEvent extends Event {
  readonly response?: ResponseHead;
}

/** The standard's `error` event, which here has the error that led to it, if there was one. */
export interface SourceErrorEvent extends Event {
  readonly error?: EventSourceError;
}

interface Listener<This, E> {
  (this: This, event: E): void;
}

interface ListenerObject<E> {
  handleEvent(event: E): void;
}

/** The standard's events that are not messages. */
interface SourceEvents {
  open: SourceOpenEvent;
  error: SourceErrorEvent;
}

/**
 * The standard's `EventSource`, with types, a policy and an end.
 *
 * An open source that has listeners is not garbage-collected, even if nobody holds it. One that never had listeners
 * closes when it is garbage-collected.
 */
export class EventSource<Feed extends { [Name in keyof Feed]: unknown } = EventMap> extends EventTarget {
  static readonly CONNECTING: 0;
  static readonly OPEN: 1;
  static readonly CLOSED: 2;

  /**
   * Throws a `SyntaxError` if the URL is invalid, as the standard's does, and an `EventSourceError` if an option or the
   * request is invalid.
   *
   * The first source starts the engine, which is WebAssembly. Where there is none, or where a content security policy forbids it, an
   * engine in JavaScript is loaded. Then sources are `connecting` until it is there, which no limit of the policy covers. One whose
   * request is invalid closes with the error in place of throwing it, and all close with `not-initialised` if it cannot be loaded.
   *
   * Twenty sources of a page or worker may open one URL at once, and then one more each second. Others wait, still
   * `connecting`, and the console says so once: a component that opens a source at each render would flood its server.
   * Sources that share a connection count as one, and URLs that differ do not count together, even if only their fragments
   * differ.
   */
  constructor(url: string | URL, init?: EventSourceInit<Feed>);

  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSED: 2;
  /** The URL, resolved. */
  readonly url: string;
  readonly withCredentials: boolean;
  readonly readyState: 0 | 1 | 2;
  onopen: ((event: SourceOpenEvent) => void) | null;
  onmessage: ((event: MessageEvent<string>) => void) | null;
  onerror: ((event: SourceErrorEvent) => void) | null;

  addEventListener<Type extends keyof SourceEvents>(
    type: Type,
    callback: Listener<this, SourceEvents[Type]> | ListenerObject<SourceEvents[Type]> | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    callback: Listener<this, MessageEvent<string>> | ListenerObject<MessageEvent<string>> | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(type: string, callback: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions): void;
  removeEventListener<Type extends keyof SourceEvents>(
    type: Type,
    callback: Listener<this, SourceEvents[Type]> | ListenerObject<SourceEvents[Type]> | null,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    callback: Listener<this, MessageEvent<string>> | ListenerObject<MessageEvent<string>> | null,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(type: string, callback: EventListenerOrEventListenerObject | null, options?: boolean | EventListenerOptions): void;

  /** Closes the source for good. Handlers of `onState` hear of it before this returns, unless it is called in a handler. */
  close(): void;

  /**
   * Connects at once from the last event id: closes the connection, ends any wait, even one that the server asked for, or
   * resumes a source that is paused. It counts as no failure, and the state is `connecting`, or `offline` until there is a network.
   *
   * It may be called often, at each `focus` for instance: while an attempt of the last half a second is under way, nothing happens,
   * and calls make at most one attempt in half a second. In a handler it takes effect when the handler has returned.
   *
   * A request that is otherwise sent only once, such as a POST, is sent again: this is your word for it. The browser's own source
   * needs a `resumeParameter` to go on from the last event id. Sources that share a connection all get the new one.
   */
  reconnect(): void;
  /**
   * Disconnects until `resume()` or `reconnect()`: the state is `paused`, `readyState` is `CONNECTING`, and no time limit and no wait
   * runs. Handlers, listeners and loops stay.
   *
   * A source that shares a connection leaves it. The others go on, and it misses what they receive meanwhile; the last one to leave
   * closes the connection.
   */
  pause(): void;
  /**
   * Resumes a source that is paused: it connects at once from the last event id, as by `reconnect()`, with its earlier failures
   * forgotten. Otherwise nothing happens.
   */
  resume(): void;
  [Symbol.dispose](): void;

  /**
   * Calls back with each event of this name, typed, after the DOM listeners. The function that it returns removes the
   * handler. Events called `open` and `error` come from the server; `onState` and `onError` report what happens to the
   * connection. `*` is a name like any other: `onAny` hears all events.
   */
  on<Name extends keyof Feed & string>(name: Name, handler: (event: TypedEvent<Feed[Name], Name>) => void): () => void;
  /**
   * Calls back with each event of whatever name, after the handlers of its name. At run time these are also events that the
   * types do not have. Over `fetch` only: the browser's own transport delivers no event whose name is not listened to, so there
   * this throws an `EventSourceError` (`unsupported`).
   */
  onAny(handler: (event: EventOf<Feed>) => void): () => void;
  /**
   * The events of these names, typed, from now on. They wait for their consumer in a bounded queue. Leaving a loop over them does
   * not close the source, unless `closeAfterLoop` is set.
   */
  events<Names extends (keyof Feed)[]>(
    ...names: Names & ([] extends Names ? (Names extends [] ? [never] : unknown) : unknown)
  ): EventIterator<EventOf<Feed, Names[number]>>;
  /**
   * Calls back with the events of these names that have gathered: once a frame, unless the options say otherwise. No batch is empty,
   * no event is missing, and they are in order. What has gathered is handed over before a change of state or a gap is told, and at
   * the end. The function that it returns removes the handler; what has gathered then is dropped.
   *
   * Without names these are the events of all names, over `fetch` only, as with `onAny`.
   *
   * ```ts
   * source.onBatch(["price", "halt"], (events) => setEvents((shown) => [...shown, ...events].slice(-100)));
   * ```
   */
  onBatch<Name extends keyof Feed & string>(
    names: readonly Name[],
    handler: (events: EventOf<Feed, Name>[]) => void,
    options?: BatchOptions,
  ): () => void;
  onBatch(handler: (events: EventOf<Feed>[]) => void, options?: BatchOptions): () => void;
  /**
   * The events of these names, as `events` has them, by the batch: each step has those that have gathered, at least one. A step takes
   * at most `most`. It comes early if the queue would fill up (`queue`), and at the end. `dropped` counts events.
   *
   * Without names these are the events of all names, over `fetch` only.
   *
   * ```ts
   * for await (const events of source.batches(["token"])) answer.append(events.map(({ data }) => data.text).join(""));
   * ```
   */
  batches<Name extends keyof Feed & string>(names: readonly Name[], options?: BatchOptions): EventIterator<EventOf<Feed, Name>[]>;
  batches(options?: BatchOptions): EventIterator<EventOf<Feed>[]>;
  /**
   * Calls back with each change of state. A source starts as `connecting`.
   *
   * A function that is assigned to this property, or to `onGap`, `onAttempt` or `onError`, is called too, until another one is
   * assigned.
   */
  onState(handler: (state: State) => void): () => void;
  /**
   * Calls back if ids show that events were missed while there was no connection. This is so if the first id after a
   * reconnection that is above the highest before it is not the next one, and, with `deduplicate`, if the server counts from
   * the start again. The handler is called just before that event
   * is delivered. Only ids that are decimal integers of at most 64 bits count. Over `fetch`, events that nobody listens
   * to are no gap. The browser's own transport does not show them, so there, listen to all events of a source.
   */
  onGap(handler: (gap: Gap) => void): () => void;
  /**
   * Calls back with each attempt to connect when it has ended: before the error that ended it, and before the state that follows. It is
   * for logs and traces. Attempts of the browser's own transport are told as far as they show. A source that shares a connection is
   * told of that connection's attempts while it takes part.
   *
   * ```ts
   * source.onAttempt(({ number, reason, outcome, status, duration }) => console.debug(number, reason, outcome, status, duration));
   * ```
   */
  onAttempt(handler: (attempt: AttemptSummary) => void): () => void;
  /**
   * Calls back with everything that goes wrong. Errors that nobody listens to go to the console: of each `code` one in a minute
   * for each source, with the number of those that were left out before it, always the one that closes the source, and at the end
   * what is left of each `code`. So does one hint for a source over `fetch`, when an event arrives that nobody listens to: its name may be misspelt.
   */
  onError(handler: (error: EventSourceError) => void): () => void;

  readonly state: State;
  /** Resolves with the reason once the source has closed. It is never rejected. */
  readonly closed: Promise<CloseReason>;
  /** The last event id. On the browser's own transport it is that of the last event that had a listener. */
  readonly lastEventId: string;
  /** What was counted so far, each time a new object. Of a source that shares a connection: what that connection has counted. */
  readonly stats: Stats;
  /** Who has the connection: with `shared: "tabs"` perhaps a worker or another tab, otherwise `"own"`. */
  readonly role: Role;
  /** How many tabs share the connection, this one included. */
  readonly tabs: number;
}

/**
 * Calls back with the seconds until the next attempt of a source: when a wait begins, then each second, and with `undefined` when the
 * wait is over. Where the browser reconnects there is nothing to count, since it does not say how long it waits. The function
 * that it returns removes the handler.
 *
 * ```ts
 * onCountdown(source, (seconds) => (banner.textContent = seconds ? `Reconnecting in ${seconds} s` : ""));
 * ```
 */
export function onCountdown(source: Pick<EventSource, "state" | "onState">, handler: (seconds: number | undefined) => void): () => void;

/** Where the WebAssembly may come from. */
export type WasmSource = string | URL | Response | WasmModule | BufferSource;

/**
 * Starts the engine, once, before the first source does; further calls wait for the first. Its WebAssembly comes from the package,
 * or from where it is given; `typed-eventsource/typed_eventsource.wasm` is the same as a file. Sources that are opened while it is
 * loading wait for it. Rejects with an `EventSourceError` (`not-initialised`) if it cannot be loaded.
 */
export function init(source?: WasmSource | PromiseLike<WasmSource>): Promise<void>;
export default init;

/** Starts the engine at once, with WebAssembly that is already loaded. Throws what the browser throws if that is invalid. */
export function initSync(source: WasmModule | BufferSource): void;
