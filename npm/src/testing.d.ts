/// <reference lib="esnext.disposable" />

import type { EventMap, EventSourceError } from "./index.js";

/** An attempt of a source to connect, as the server has seen it. */
export interface Attempt {
  /** The source's URL, resolved. */
  readonly url: string;
  /** The id of the event after which it wants to go on; empty where there was none. */
  readonly lastEventId: string;
}

/**
 * The clock of the sources that a `FakeServer` serves, which stands still until it is turned. All waits of these sources
 * go by it, and nothing else does: the policy's backoff and its limits. Where dice are thrown for a wait, they never let
 * it be shorter than its ceiling.
 *
 * ```ts
 * const source = new EventSource("/prices", { policy: "resilient" });
 * server.fail(503);
 * expect(source.state).toEqual({ type: "waiting", attempt: 1, retryIn: 1000 });
 * server.clock.advance(1000);
 * expect(source.state).toEqual({ type: "connecting" });
 * ```
 */
export class FakeClock {
  private constructor();
  /** How much time has passed, in milliseconds. */
  readonly now: number;
  /** How many timers are set. */
  readonly timers: number;
  /** What sources would have written to the console: errors that nobody listened to. */
  readonly reports: readonly EventSourceError[];
  /** Lets so many milliseconds pass; timers fire in their order. */
  advance(ms: number): void;
  /** Lets the page sleep: so many milliseconds pass and no timer fires; then those that are due do, late. */
  sleep(ms: number): void;
  /** Takes the network away, as the browser tells by its `offline` event. What is open stays so until it is lost. */
  goOffline(): void;
  /** Brings the network back, as the browser tells by its `online` event. */
  goOnline(): void;
}

/**
 * A server that does what a test tells it. Until it is closed it serves the sources that are opened, in place of the
 * network: each connects to it and waits until `open` is called. Of several servers the one made last serves first. A
 * source that none serves connects to the network, as always.
 *
 * What it does reaches every connection that there is. The sources are told before the call returns, except for an end,
 * which handlers and `closed` tell of a microtask later, as always. What a listener has the server do is told once all
 * listeners of its event were called, as a browser has it. Each source is told as by its transport: one over the browser's
 * own reconnects without being asked, and is not told an HTTP status. Nothing is requested: a function that makes headers
 * is not called. A source that joins a shared connection is told that it is open when the clock is turned, if only by
 * `advance(0)`, or when something is sent.
 *
 * Where there is no page, URLs are relative to `http://localhost/`.
 *
 * ```ts
 * using server = new FakeServer<{ price: number }>();
 * const source = new EventSource<{ price: number }>("/prices");
 * source.on("price", ({ data }) => show(data));
 * server.send("price", 1.5);
 * ```
 */
export class FakeServer<Feed extends { [Name in keyof Feed]: unknown } = EventMap> {
  /** Serves every source that is opened from now on. */
  constructor();
  /** Serves the sources with this URL alone. */
  static at<Feed extends { [Name in keyof Feed]: unknown } = EventMap>(url: string | URL): FakeServer<Feed>;

  /** The clock that its sources go by. */
  readonly clock: FakeClock;
  /** How many connections there are, open or waiting for an answer. */
  readonly connections: number;
  /** The attempts to connect, in their order; without those that the browser makes when it reconnects. */
  readonly attempts: readonly Attempt[];
  /** The names of the events that somebody listens to. */
  readonly listenedNames: readonly string[];

  /** Answers the connections that wait for an answer with an event stream. */
  open(): void;
  /** Sends an event with its data in JSON. Those that wait for an answer get it first. */
  send<Name extends keyof Feed & string>(name: Name, data: Feed[Name]): void;
  /** Sends an event with its data as it stands. */
  sendText(name: string, text: string): void;
  /** Sends an event with its data as it stands, and with an id. */
  sendWithId(name: string, text: string, id: string): void;
  /** Sends a comment, which is a sign of life to sources over `fetch`. */
  comment(): void;
  /** Sets the reconnection time, in milliseconds. On the browser's own transport it is the browser's to keep. */
  retry(ms: number): void;
  /** Cuts the connections. */
  lose(): void;
  /**
   * Ends the responses, which by the standard is a loss too, but for a request that is sent once and waits for just
   * that.
   */
  end(): void;
  /**
   * Ends the responses within an event of this name, of whose data this much had arrived. A browser's own source is told
   * nothing of such an event.
   */
  endWithin(name: string, data: string): void;
  /**
   * Answers the connections that wait for an answer with an HTTP status other than 200. Those that are open fail in the
   * same way, at once: without the loss and the attempt that would come before such an answer.
   */
  fail(status: number): void;
  /** Answers that there is nothing more to come: status 204. */
  finish(): void;
  /** Ends its serving. Those that it serves already stay with it. */
  close(): void;
  [Symbol.dispose](): void;
}
