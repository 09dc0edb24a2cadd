import type { AbortSignal, HeadersInit, RequestCredentials, URL, XMLHttpRequestBodyInit } from "./dom.js";
import type { EventSourceError, Policy, Preset, ResponseHead, TypedEvent } from "./index.js";

export { EventSourceError } from "./index.js";
export type { Backoff, Decision, FailureContext, Limit, Policy, Preset, ResponseHead, TypedEvent } from "./index.js";

// @ts-ignore There may be none.
type Fetch = typeof globalThis.fetch;

/** What is known when a stream is to go on. */
export interface ResumeAttempt {
  /** The number of the attempt: 2 for the first one after the request itself. */
  readonly number: number;
  /** The last event id of what was passed on. Empty if there was none. */
  readonly lastEventId: string;
  /** Why the last attempt has ended; `undefined` if the stream was paused (`pauseWhenHidden`). */
  readonly error: EventSourceError | undefined;
  /** Aborted when the stream has ended, or this attempt. */
  readonly signal: AbortSignal;
  /** What the server has answered the request with. The id of a run may be among its `headers`. */
  readonly response: ResponseHead;
  /** How many events were passed on. */
  readonly events: number;
  /** The first of them, which may have the id of a run. */
  readonly firstEvent?: TypedEvent<string>;
}

/** A request by which a stream goes on. What it leaves out is as in the first request, unless it says otherwise here. */
export interface ResumeRequest {
  url?: string | URL | undefined;
  /** `GET` by default. */
  method?: string | undefined;
  /**
   * All of the headers, apart from `Accept` and `Last-Event-ID`, which are added. By default those of the first request that
   * do not describe a body; none at another origin.
   */
  headers?: HeadersInit | undefined;
  /** None by default. */
  body?: XMLHttpRequestBodyInit | null | undefined;
  credentials?: RequestCredentials | undefined;
}

/**
 * The options of `resilientFetch`: those of a policy, which begins with the preset `resilient`, and these. Of the policy, what
 * is said of the source is true of the body: where that would close, the body fails. As long as no response has ended, only `idle`
 * and `pauseWhenHidden` are watched, and with one of these `reopenOnWake`, too.
 */
export interface ResilientFetchInit extends Omit<Policy, "closeAfterDecodeErrors"> {
  /**
   * Is asked by which request a stream goes on. It is asked before each attempt but the first, and may be async. If it throws, the
   * policy decides. If it returns nothing, there is no such request, and the body fails.
   *
   * By default a GET is made again, with the last event id. Another request is not made again, unless the policy has `resend` (and
   * its body is no stream).
   *
   * ```ts
   * // One POST, which goes on by GET.
   * const fetch = resilientFetch({ request: ({ response }) => ({ url: `/runs/${response.headers["x-run-id"]}/stream` }) });
   * ```
   */
  request?: ((attempt: ResumeAttempt) => ResumeRequest | undefined | void | Promise<ResumeRequest | undefined | void>) | undefined;
  /** In place of the platform's `fetch`. It is called with the arguments of the call, and with a URL and options when a stream goes on. */
  fetch?: Fetch | undefined;
  /**
   * What a server sends when a stream goes on. With `from-start` all events, of which as many are skipped as were passed on: it
   * has to send the same ones. With `nothing` only later ones, and none is skipped.
   *
   * By default the ids tell: events up to the one with the last id are skipped if they come again, and so are those behind it that
   * have no `id` field. If there were no ids, it is `from-start` for what `request` answers, and `nothing` otherwise.
   */
  repeats?: "from-start" | "nothing" | undefined;
  /** The name of the event by which the server says that it has finished, or several of them: also that of an event that says what went wrong. */
  terminalEvent?: string | readonly string[] | undefined;
  /** The data by which the server says that it has finished, such as `[DONE]`. */
  terminalData?: string | undefined;
  /** Whether the server says by this event that it has finished. It is asked about each event, which has to be decoded for it. */
  isTerminal?: ((event: TypedEvent<string>) => boolean) | undefined;
  /**
   * What the complete end of a response means. By default that the stream has finished; but a loss, if there is to be a terminal
   * event or data and none has come. With `reconnect` it is a loss in any case, after which another request is made, also where
   * the method is not GET or HEAD.
   *
   * A response that breaks off, or ends within an event, has not finished, whatever is set here.
   */
  endOfBody?: "finished" | "reconnect" | undefined;
  /** The most bytes that one event may have: 16 MiB by default. At a larger one the body fails. */
  maxEventSize?: number | undefined;
  /** Is told of each failure after which the stream goes on. */
  onError?: ((error: EventSourceError) => void) | undefined;
}

/**
 * Makes a `fetch` whose event streams survive: if the connection breaks, the body of the response goes on, with the events that
 * are still to come, and without those that it had. It has the signature of `fetch`, so that it goes under clients that others
 * wrote.
 *
 * The request is made as it is given, and a response is passed on untouched unless its status is 200 and its type
 * `text/event-stream`. A first attempt that fails or is refused is not repeated. The body of an event stream has the bytes that
 * the server has sent, up to the end of the last whole event. It is read as fast as it is read from. What ends it is the server,
 * or the policy, with an error; the signal of the request and cancelling the body end all at once.
 *
 * ```ts
 * import { resilientFetch } from "typed-eventsource/resilient-fetch";
 *
 * const fetch = resilientFetch({
 *   terminalData: "[DONE]",
 *   request: ({ response }) => ({ url: `/runs/${response.headers["x-run-id"]}/stream` }),
 * });
 * const response = await fetch("/chat", { method: "POST", body: JSON.stringify({ question: "Why?" }) });
 * ```
 *
 * Throws an `EventSourceError` (`invalid-option`) if an option is not right.
 */
export function resilientFetch(init?: ResilientFetchInit | Preset): Fetch;
