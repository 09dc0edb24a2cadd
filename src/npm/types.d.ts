
/** The payload type of each event, by its name: `{ price: Price; halt: { symbol: string } }`. */
export type EventMap = { [name: string]: unknown };

/** An event, its data parsed as JSON. */
export interface TypedEvent<T, Name extends string = string> {
  /** What the server wrote in the `event` field, or `message`. */
  readonly name: Name;
  readonly data: T;
  readonly lastEventId: string;
  readonly origin: string;
}

/** Where a source stands. */
export type State =
  | { readonly type: "connecting" }
  | { readonly type: "open" }
  /** `attempt` counts from 1; `retryIn` (milliseconds) is missing where the browser reconnects by itself. */
  | { readonly type: "waiting"; readonly attempt: number; readonly retryIn?: number }
  | { readonly type: "closed"; readonly reason: CloseReason };

/**
 * Why a source ended: its server said so, `close()` was called or the signal aborted, it was collected, or its policy
 * ended it.
 */
export type CloseReason =
  | { readonly type: "finished" }
  | { readonly type: "requested" }
  | { readonly type: "dropped" }
  | { readonly type: "policy"; readonly error: EventSourceError };

export type ErrorCode =
  | "invalid-url"
  | "unsupported"
  | "invalid-request"
  | "invalid-event-name"
  | "connection-lost"
  | "given-up"
  | "headers"
  | "status"
  | "content-type"
  | "event-too-large"
  | "suspended"
  | "decode"
  | "open-timeout"
  | "idle"
  | "too-many"
  | "down-too-long"
  | "queue-overflow";

/** What went wrong. Its `message` says what to do about it where that is known. */
export interface EventSourceError extends Error {
  readonly name: "EventSourceError";
  readonly code: ErrorCode;
  /** With the code `decode`: the event as it arrived. */
  readonly event?: TypedEvent<string>;
  /** With the code `status`: the HTTP status. */
  readonly status?: number;
  /** With the codes `status` and `content-type`: the `Content-Type` header. */
  readonly contentType?: string;
  /** With the codes `status` and `content-type`: the beginning of the response's body. */
  readonly body?: string;
  /** With the code `too-many`: the limit. */
  readonly count?: number;
  /** With the codes `too-many` and `down-too-long`: the last thing that went wrong. */
  readonly cause?: unknown;
}

export type Preset = "browser" | "closeOnError" | "resilient";

export interface Limit {
  /** Milliseconds. */
  after: number;
  then: "close" | "reopen";
}

export interface Backoff {
  /** Ceiling of the first wait, in milliseconds: 1,000 unless told. */
  initial?: number;
  /** Growth of the ceiling from attempt to attempt: 2 unless told. */
  factor?: number;
  /** The longest wait, in milliseconds: 30,000 unless told. */
  max?: number;
  /** Whether a wait is drawn from zero to the ceiling (the default) or is the ceiling. */
  jitter?: boolean;
  maxAttempts?: number;
  /** Milliseconds. */
  maxElapsed?: number;
}

/** A preset, and what to change about it. */
export interface Policy {
  /** `browser` unless told. */
  preset?: Preset;
  /** Close at the n-th lost connection in a row. */
  closeAfterLosses?: number;
  /** Close when there was no healthy connection for this long, in milliseconds. */
  closeWhenDownFor?: number;
  /** What to do when the connection fails for good: an HTTP error, a wrong content type, a CORS refusal. */
  givenUp?: "close" | "reopen";
  /**
   * At which HTTP statuses to try again, on the fetch transport: `[503, 429]`. At others, and at another content type,
   * the source closes. Without a list `givenUp` decides; `resilient` has one.
   */
  retryStatuses?: readonly number[];
  /**
   * The least wait after a lost connection, in milliseconds, until the server says otherwise; on the fetch transport
   * 3,000 unless told.
   */
  reconnectionTime?: number;
  /** Whether the wait after a lost connection grows, on the fetch transport. */
  backOffAfterLosses?: boolean;
  /** Whether a request other than GET and HEAD may be sent again, on the fetch transport. */
  resend?: boolean;
  /** Whether to reopen when the page wakes from a sleep or the network comes back. */
  reopenOnWake?: boolean;
  backoff?: Backoff;
  /** Close at the n-th event in a row that does not parse. */
  closeAfterDecodeErrors?: number;
  /** What to do when there is no sign of life for this long: no event, and on the fetch transport no comment. */
  idle?: Limit;
  /** What to do when the connection is not open after this long. */
  opening?: Limit;
  /** How long a connection stays open until the counters start again, in milliseconds: 5,000 unless told. */
  healthyAfter?: number;
}

/** Options that every source takes. */
export interface CommonOptions {
  /** Whether credentials go along to another origin. */
  withCredentials?: boolean;
  policy?: Preset | Policy;
  /** The query parameter that carries the last event id when the source is reopened; on `fetch` in place of the header. */
  resumeParameter?: string;
  /** The name of the event by which the server says that it is done. */
  terminalEvent?: string;
  /** The data by which the server says that it is done, such as `[DONE]`. */
  terminalData?: string;
  /** Closes the source when it is aborted. */
  signal?: AbortSignal | null;
}

/** Options of a source whose events are carried by the browser's own `EventSource`. */
export interface BrowserOptions extends CommonOptions {
  transport?: "browser";
}

/** Options of a source whose events are carried by `fetch`: those of the request have the names that they have there. */
export interface FetchOptions extends CommonOptions {
  transport: "fetch";
  /** `GET` unless told. A method other than GET and HEAD is sent once, unless the policy has `resend`. */
  method?: string;
  /**
   * Headers, or a function that is asked for them before each attempt. A source with a function is not collected before
   * it is closed.
   */
  headers?: HeadersInit | (() => HeadersInit | Promise<HeadersInit>);
  /** Text, bytes or a form. A stream can be sent only once, and is not taken. */
  body?: XMLHttpRequestBodyInit | null;
  /** In place of `withCredentials`. */
  credentials?: RequestCredentials;
  mode?: RequestMode;
  /** `no-store` unless told. */
  cache?: RequestCache;
  referrerPolicy?: ReferrerPolicy;
  /** Where to go on from: the `lastEventId` of a source before, kept across a reload for instance. */
  lastEventId?: string;
  /** The most bytes that one event may have: 16 MiB unless told. */
  maxEventSize?: number;
}

export type EventSourceOptions = BrowserOptions | FetchOptions;

/**
 * A source of server-sent events, with types, a policy and an end. While it has listeners it stays open until it is
 * closed, also where the page holds no reference to it; one without listeners closes when it is collected.
 */
export class EventSource<Events extends { [Name in keyof Events]: unknown } = EventMap> {
  /** Throws an `EventSourceError` where the URL is invalid, a `TypeError` where an option is. */
  constructor(url: string | URL, options?: EventSourceOptions);
  /** Calls back with each event of this name; the function that it returns ends that. */
  on<Name extends keyof Events & string>(
    name: Name,
    handler: (event: TypedEvent<Events[Name], Name>) => void,
  ): () => void;
  /** Calls back with each change of state. A source begins as `connecting`. */
  onState(handler: (state: State) => void): () => void;
  /** Calls back with everything that goes wrong. What nobody hears goes to the console. */
  onError(handler: (error: EventSourceError) => void): () => void;
  /** Closes the source for good. */
  close(): void;
  readonly state: State;
  /** The URL as it was given. */
  readonly url: string;
  /** The id of the last event that somebody listened to. */
  readonly lastEventId: string;
  /**
   * Gives this object's memory back at once, instead of when it is collected; it cannot be used any more. A source
   * without listeners is closed with it, one with listeners goes on: `close()` first to end it. Not to be called from
   * within a listener that `close()` itself runs.
   */
  free(): void;
}
