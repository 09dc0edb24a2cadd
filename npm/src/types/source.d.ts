/// <reference lib="esnext.disposable" />

// A source, and the events that it fires.

import type {
  AddEventListenerOptions,
  Event,
  EventListenerOptions,
  EventListenerOrEventListenerObject,
  MessageEvent,
  URL,
} from "../dom.js";
import { EventTarget } from "../dom.js";
import type { EventMap } from "../index.js";
import type { AttemptSummary } from "./attempts.js";
import type { EventSourceError } from "./errors.js";
import type { BatchOptions, EventIterator, EventOf, Gap, TypedEvent } from "./events.js";
import type { CloseReason, ResponseHead, Role, State, Stats } from "./state.js";
import type { EventSourceInit } from "./transport-options.js";

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

// Without this, a file of declarations exports all of them.
export {};
