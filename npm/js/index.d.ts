/// <reference lib="esnext.disposable" />

/** The payload type of each event, by its name: `{ price: Price; halt: { symbol: string } }`. */
export type EventMap = { [name: string]: unknown };

/**
 * An event, its data parsed and validated as the source's options say. It tells where it came from when it is asked:
 * copies of it, by `structuredClone` or a spread, have its `type` and `data` alone.
 */
export interface TypedEvent<T, Type extends string = string> {
  /** What the server wrote in the `event` field, or `message`. */
  readonly type: Type;
  readonly data: T;
  readonly lastEventId: string;
  readonly origin: string;
}

/** Any event of a feed: its `type` tells which, and what its `data` is. */
export type EventOf<Feed, Names extends keyof Feed = keyof Feed> = {
  [Name in Names & string]: TypedEvent<Feed[Name], Name>;
}[Names & string];

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
  | "validation"
  | "open-timeout"
  | "idle"
  | "too-many"
  | "down-too-long"
  | "queue-overflow";

/** What went wrong. Its `message` says what to do about it where that is known. */
export class EventSourceError extends Error {
  private constructor();
  readonly name: "EventSourceError";
  readonly code: ErrorCode;
  /** Where a connection has failed: how many have in a row, this one included. */
  readonly attempt?: number;
  /** With the codes `status` and `content-type`: the HTTP status. */
  readonly status?: number;
  /** With the codes `status` and `content-type`: the `Content-Type` header. */
  readonly contentType?: string;
  /** With the codes `status` and `content-type`: the beginning of the response's body, at most 1,024 bytes. */
  readonly body?: string;
  /** With the codes `decode` and `validation`: the event as it arrived. */
  readonly event?: TypedEvent<string>;
  /** With the code `validation`: what the schema has found. */
  readonly issues?: readonly StandardSchemaV1.Issue[];
  /** With the code `too-many`: the limit. */
  readonly count?: number;
  /** With the codes `open-timeout`, `idle` and `down-too-long`: the limit, in milliseconds. */
  readonly after?: number;
  /** What has led to it: with the codes `too-many` and `down-too-long` the last error, where there was one, else an exception where there was one. */
  readonly cause?: unknown;
}

/** A validator of any library that follows Standard Schema: zod, valibot, arktype and others. */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (
      value: unknown,
    ) => StandardSchemaV1.Result<Output> | Promise<StandardSchemaV1.Result<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

export namespace StandardSchemaV1 {
  type Result<Output> =
    | { readonly value: Output; readonly issues?: undefined }
    | { readonly issues: readonly Issue[] };
  interface Issue {
    readonly message: string;
    readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  }
}

/** Events that were missed while there was no connection, as the ids of those around them tell. */
export interface Gap {
  /** The highest id before it. */
  readonly after: string;
  /** The first id behind it. */
  readonly before: string;
  /** How many ids lie between the two. */
  readonly missed: number;
}

/** Validators by the names of events. */
export type Schemas<Feed> = { readonly [Name in keyof Feed]?: StandardSchemaV1<unknown, Feed[Name]> };

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
  /** The most attempts in a row: after that many have failed the source closes with `too-many`. No limit unless told. */
  maxAttempts?: number;
  /**
   * No attempt starts later than this after the first failure, in milliseconds: where the next one would, the source
   * closes with `down-too-long`. No limit unless told.
   */
  maxElapsed?: number;
}

/** What to do about trouble. */
export type Decision =
  /** Nothing: go on with the connection that there is, or reconnect as the standard has it. */
  | { readonly type: "keepWaiting" }
  /** Close the connection and open another after so many milliseconds. */
  | { readonly type: "reopen"; readonly after: number }
  | { readonly type: "close" };

/** What a rule is asked about. */
export interface Situation {
  readonly error: EventSourceError;
  /** How many times in a row the connection has failed, this time included. */
  readonly failures: number;
  /** How many events in a row did not parse, this one included. */
  readonly decodeErrors: number;
  /** How long ago the first of these failures of the connection was, in milliseconds. */
  readonly downFor: number;
  /** What the policy does if the rule says nothing else. */
  readonly proposed: Decision;
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
   * How long to wait after a lost connection, in milliseconds, until the server says otherwise; on the fetch transport
   * 3,000 unless told. With `backOffAfterLosses` it is the least wait, and zero unless told.
   */
  reconnectionTime?: number;
  /** Whether the wait after a lost connection grows, on the fetch transport. */
  backOffAfterLosses?: boolean;
  /** Whether a request other than GET and HEAD may be sent again, on the fetch transport. */
  resend?: boolean;
  /** Whether to reopen when the page wakes from a sleep or the network comes back. */
  reopenOnWake?: boolean;
  backoff?: Backoff;
  /** Close at the n-th event in a row that does not parse, or that its schema refuses. */
  closeAfterDecodeErrors?: number;
  /** What to do when there is no sign of life for this long: no event, and on the fetch transport no comment. */
  idle?: Limit;
  /** What to do when the connection is not open after this long. */
  opening?: Limit;
  /** How long a connection stays open until the counters start again, in milliseconds: 5,000 unless told. */
  healthyAfter?: number;
  /** A rule of your own, asked whenever something goes wrong; it has the last word. Nothing means what was proposed. */
  rule?: (situation: Situation) => Decision | undefined | void;
}

/** How much waits for the consumer of `events()`, and what gives way when that is full. */
export interface Queue {
  /** 4,096 events unless told. */
  capacity?: number;
  /**
   * `dropOldest` unless told. With `keepLatest` all that waits makes way for the newest event; with `close` the source
   * closes.
   */
  whenFull?: "dropOldest" | "keepLatest" | "close";
}

/** Options that every source takes. */
export interface CommonInit<Feed extends { [Name in keyof Feed]: unknown } = EventMap> {
  /** Whether credentials go along to another origin. */
  withCredentials?: boolean;
  policy?: Preset | Policy;
  /**
   * Whether to share the connection with the sources that have this set and name the same URL and the same options,
   * apart from `parse`, `schemas`, `queue` and `signal`: a browser has six connections to a host over HTTP/1.1. Functions
   * among the options are the same where they are the same object; a body that is no text is never the same.
   *
   * Whoever joins hears what comes from then on. Where the connection is open, the source is open at once, and its `open`
   * event follows in a task of its own. Each has its own listeners and queues, parses and validates for itself, and counts
   * for itself what does not decode. `close()` and a `signal` end that one; the last to go closes the connection. What the
   * server or the policy ends, ends for all. An error of the connection goes to the console where none of them hears it.
   */
  shared?: boolean;
  /** What `on` and `events` make of an event's data: `"json"` unless told. What a function throws is reported. */
  parse?: "json" | "text" | ((data: string, event: TypedEvent<string>) => unknown);
  /**
   * Validators of what was parsed, by the names of events. What they refuse is reported and skipped, and so is what one
   * answers with a promise: events keep their order, and do not wait.
   */
  schemas?: Schemas<Feed>;
  queue?: Queue;
  /**
   * Leaves out events that were handed over before: those with an id that is among the last so many distinct ones. What is
   * left out counts as a sign of life, as a comment does, and as nothing more; its id is the last event id all the same.
   *
   * An event without an `id` field is never left out, nor is the one by which the server says that it is done. The
   * browser's own transport does not tell of that field: there an event with the id of the one before it in the same
   * connection is taken for one without, and the first event of a connection for one with. An event with an empty `id` has
   * all ids forgotten. From 1 on; none unless told.
   */
  deduplicate?: number;
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
export interface BrowserInit<Feed extends { [Name in keyof Feed]: unknown } = EventMap> extends CommonInit<Feed> {
  transport?: "browser";
}

/** Options of a source whose events are carried by `fetch`: those of the request have the names that they have there. */
export interface FetchInit<Feed extends { [Name in keyof Feed]: unknown } = EventMap> extends CommonInit<Feed> {
  transport: "fetch";
  /** `GET` unless told. A method other than GET and HEAD is sent once, unless the policy has `resend`. */
  method?: string;
  /** Headers, or a function that is asked for them before each attempt. */
  headers?: HeadersInit | (() => HeadersInit | Promise<HeadersInit>);
  /** Text, bytes or a form. A stream can be sent only once, and is not taken. */
  body?: XMLHttpRequestBodyInit | null;
  /** In place of `withCredentials`. */
  credentials?: RequestCredentials;
  mode?: RequestMode;
  /** `no-store` unless told. */
  cache?: RequestCache;
  /** With `error` none is followed, to which the headers would go along; the attempt ends as a lost connection does. */
  redirect?: RequestRedirect;
  referrerPolicy?: ReferrerPolicy;
  /** Where to go on from: the `lastEventId` of a source before, kept across a reload for instance. */
  lastEventId?: string;
  /** The most bytes that one event may have: 16 MiB unless told. The queue of an iteration may hold `capacity` of them. */
  maxEventSize?: number;
}

export type EventSourceInit<Feed extends { [Name in keyof Feed]: unknown } = EventMap> =
  | BrowserInit<Feed>
  | FetchInit<Feed>;

/** The events of some names, as they come. Where the policy closes the source the last step throws its error. */
export interface EventIterator<T> extends AsyncIterableIterator<T, undefined, undefined> {
  /** How many events had to give way since the queue was full. */
  readonly dropped: number;
  return(): Promise<IteratorResult<T, undefined>>;
}

/** The standard's `error` event, which here tells what has happened, where something has. */
export interface SourceErrorEvent extends Event {
  readonly error?: EventSourceError;
}

interface Listener<This, E> {
  (this: This, event: E): void;
}

interface ListenerObject<E> {
  handleEvent(event: E): void;
}

/** The standard's events that are no messages. */
interface SourceEvents {
  open: Event;
  error: SourceErrorEvent;
}

/**
 * The standard's `EventSource`, with types, a policy and an end on top of it.
 *
 * An open source that has listeners is not collected, whoever else knows it; one that never had any closes when it is.
 */
export class EventSource<Feed extends { [Name in keyof Feed]: unknown } = EventMap> extends EventTarget {
  static readonly CONNECTING: 0;
  static readonly OPEN: 1;
  static readonly CLOSED: 2;

  /**
   * Throws a `SyntaxError` where the URL is invalid, a `TypeError` where an option is, and an `EventSourceError` where
   * no request can be made like this. Needs `init()` to have been awaited.
   */
  constructor(url: string | URL, init?: EventSourceInit<Feed>);

  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSED: 2;
  /** The URL, resolved. */
  readonly url: string;
  readonly withCredentials: boolean;
  readonly readyState: 0 | 1 | 2;
  onopen: ((event: Event) => void) | null;
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
  addEventListener(
    type: string,
    callback: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
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
  removeEventListener(
    type: string,
    callback: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;

  /** Closes the source for good. */
  close(): void;
  [Symbol.dispose](): void;

  /**
   * Calls back with each event of this name, typed, after the listeners of the DOM. The function that it returns ends
   * that.
   */
  on<Name extends keyof Feed & string>(
    name: Name,
    handler: (event: TypedEvent<Feed[Name], Name>) => void,
  ): () => void;
  /** The events of these names, typed, from now on; they wait for their consumer in a bounded queue. */
  events<Name extends keyof Feed & string>(...names: [Name, ...Name[]]): EventIterator<EventOf<Feed, Name>>;
  /** Calls back with each change of state. A source begins as `connecting`. */
  onState(handler: (state: State) => void): () => void;
  /**
   * Calls back where ids tell that events were missed while there was no connection: after a reconnection, just before the
   * first event is handed over whose id is above the highest before it, where that is not the next one. Ids count that are
   * decimal integers of at most 64 bits. Over `fetch` events that nobody listens to are no gap; the browser's own transport
   * does not tell of these, so that there all events of a source are to be listened to.
   */
  onGap(handler: (gap: Gap) => void): () => void;
  /** Calls back with everything that goes wrong. What nobody hears goes to the console. */
  onError(handler: (error: EventSourceError) => void): () => void;

  readonly state: State;
  /** Why the source has ended, once it has. It is never rejected. */
  readonly closed: Promise<CloseReason>;
  /** Where to go on from: the id of the last event. On the browser's own transport, the last that somebody listened to. */
  readonly lastEventId: string;
}

/** Where the wasm half may come from. */
export type WasmSource = string | URL | Response | WebAssembly.Module | BufferSource;

/**
 * Gets the package ready, once; further calls wait for the first. The wasm half lies in the package, unless it is given:
 * `typed-eventsource/typed_eventsource.wasm` is the same as a file.
 */
export function init(source?: WasmSource | PromiseLike<WasmSource>): Promise<void>;
export default init;

/** The same at once, for whoever has the wasm half already. */
export function initSync(source: WebAssembly.Module | BufferSource): void;
