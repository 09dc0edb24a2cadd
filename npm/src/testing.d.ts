/// <reference lib="esnext.disposable" />

import type { Headers, URL, XMLHttpRequestBodyInit } from "./dom.js";
import type { EventMap, EventSourceError } from "./index.js";

/**
 * A source's attempt to connect, as the server saw it. The `attempt` of a state or an error is only a number, which counts the
 * attempts in a row.
 */
export interface Attempt {
  /** The URL of the request, resolved: the source's, or the one that its function `request` has answered with. */
  readonly url: string;
  /** The last event id that it sent; empty if there was none. */
  readonly lastEventId: string;
  /** The method of the request, `GET` by default. */
  readonly method: string;
  /**
   * The headers that the options say, or a function has answered with, and the type of the body. Those that the function `headers`
   * makes are added when it has returned, or its promise has resolved.
   */
  readonly headers: Headers;
  /** The body, as the options say or the function `request` has answered; `null` if there is none. */
  readonly body: XMLHttpRequestBodyInit | null;
}

/** What a `FakeServer` answers with. */
export interface FakeResponse {
  /** 200 by default. */
  status?: number | undefined;
  /** With status 200 there is a `Content-Type` of `text/event-stream`, unless these have another. */
  headers?: { readonly [name: string]: string } | undefined;
  /** The URL after redirects. By default there is no redirect. */
  url?: string | undefined;
  /** The body of a response that is no event stream; empty by default. */
  body?: string | undefined;
}

/**
 * The clock of the sources that a `FakeServer` serves. It stands still until the test advances it. It times all waits
 * of these sources, and nothing else: the policy's backoff and its limits, and batches of events, for which a frame takes 16 ms. A
 * random wait is as long as its ceiling.
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
  /**
   * The errors that sources would have written to the console, since nobody listened to them: of each `code` one in a minute for
   * each source, always the one that closes the source, and at the end the last that is left of each.
   */
  readonly reports: readonly EventSourceError[];
  /** What sources would have written to the console as a hint, such as the first event that nobody listens to. */
  readonly hints: readonly string[];
  /** Lets this many milliseconds pass. Timers fire in order. */
  advance(ms: number): void;
  /** Lets the page sleep: this many milliseconds pass and no timer fires. Then the timers that are due fire late. */
  sleep(ms: number): void;
  /**
   * Takes the network away, as the browser reports by its `offline` event. Open connections stay open until they are
   * lost.
   */
  goOffline(): void;
  /** Brings the network back, as the browser reports by its `online` event. */
  goOnline(): void;
  /** Hides the page: sources whose policy has `pauseWhenHidden` are paused when that time has passed. */
  hide(): void;
  /** Shows the page again. */
  show(): void;
  /**
   * Freezes the page: this many milliseconds pass and no timer fires. Then it runs again, as the browser reports by its `resume`
   * event, or after the back/forward cache by `pageshow`, and the timers that are due fire late.
   */
  freeze(ms: number): void;
}

/**
 * A server that a test controls. Until it is closed, it serves the sources that are opened, in place of the network:
 * each connects to it and waits until `open` is called. If there are several servers, the newest one that serves a URL
 * is used. A source that none serves connects to the network, as always. Where there is no WebAssembly, await `init()` first: a
 * source connects once the engine is there.
 *
 * Its methods act on all current connections. Sources react before the call returns; only an end that the server
 * brings is reported one microtask later, as always. If a listener calls the server, the effect is reported once all listeners of
 * its event have been called, as in a browser. Each source is told as its transport would tell it: one over the
 * browser's own reconnects without being asked, and sees no HTTP status unless it has `diagnose`. No request is made. A source that joins a shared
 * connection reports that it is open when the clock advances, if only by `advance(0)`, or when something is sent.
 *
 * While a full queue that waits (`whenFull: "wait"`) holds a source back, what the server does with an open connection waits, in
 * order: events, comments, the reconnection time, the end and the loss. The source receives them when there is room, one after
 * the other, before the call of `next` or `return` returns that made room. Answers to waiting connections and the clock are not
 * held back.
 *
 * If there is no page, URLs are relative to `http://localhost/`.
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
  /** Serves only the sources with this URL. */
  static at<Feed extends { [Name in keyof Feed]: unknown } = EventMap>(url: string | URL): FakeServer<Feed>;

  /** The clock of its sources. */
  readonly clock: FakeClock;
  /** How many connections there are, open or waiting for an answer. */
  readonly connections: number;
  /**
   * The attempts to connect so far, in order. Those that a browser makes when it reconnects are not included. An attempt of a source
   * with a function `request` arrives when that has answered, a microtask after the source has asked or later.
   */
  readonly attempts: readonly Attempt[];
  /** The names of the events that have listeners. */
  readonly listenedNames: readonly string[];

  /** Answers the waiting connections with an event stream. */
  open(): void;
  /**
   * Answers the waiting connections with this response. It is taken as one over the network is: the standard's rule or the
   * source's `accept` says whether it is an event stream, an error has what a refusal says, and status 204 is the end.
   * A connection that is open fails if this is no event stream, as with `fail`.
   *
   * ```ts
   * server.respond({ headers: { "Mcp-Session-Id": "abc" } });
   * server.respond({ status: 429, headers: { "Retry-After": "34" }, body: '{"error":"quota"}' });
   * ```
   */
  respond(response?: FakeResponse): void;
  /** Sends an event with its data in JSON. Waiting connections are answered first. */
  send<Name extends keyof Feed & string>(name: Name, data: Feed[Name]): void;
  /** Sends an event with its data as given. */
  sendText(name: string, text: string): void;
  /** Sends an event with its data as given, and with an id. */
  sendWithId(name: string, text: string, id: string): void;
  /** Sends a comment, which counts as received data for sources over `fetch`. */
  comment(): void;
  /** Sets the reconnection time, in milliseconds. The browser's own transport does not show it. */
  retry(ms: number): void;
  /** Cuts the connections. */
  lose(): void;
  /**
   * Ends the responses. By the standard that is a loss too, except for a request that is sent once, which finishes with
   * its response.
   */
  end(): void;
  /**
   * Ends the responses within an event of this name, of whose data this much had arrived. A browser's own source is told
   * nothing of such an event.
   */
  endWithin(name: string, data: string): void;
  /**
   * Answers the waiting connections with an HTTP status other than 200. Open connections fail in the same way at once,
   * without the loss and the new attempt that would come first.
   */
  fail(status: number): void;
  /** Answers with status 204: the server wants no further attempt. */
  finish(): void;
  /** Stops serving new sources. Those that it already serves stay with it. */
  close(): void;
  [Symbol.dispose](): void;
}
