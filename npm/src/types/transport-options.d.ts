// The options of a source by its transport.

import type {
  HeadersInit,
  ReferrerPolicy,
  RequestCache,
  RequestCredentials,
  RequestInit,
  RequestMode,
  RequestRedirect,
  Response,
  XMLHttpRequestBodyInit,
} from "../dom.js";
import type { Attempt, AttemptRequest } from "./attempts.js";
import type { EventMap } from "../index.js";
import type { CommonInit, Queue } from "./options.js";
import type { ResponseHead } from "./state.js";

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

/** The options of a source, over either transport. */
export type EventSourceInit<Feed extends { [Name in keyof Feed]: unknown } = EventMap> = BrowserInit<Feed> | FetchInit<Feed>;
