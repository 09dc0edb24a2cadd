// The attempts of a source to connect: what each asks for, and how it has ended.

import type { AbortSignal, HeadersInit, RequestCredentials, URL, XMLHttpRequestBodyInit } from "../dom.js";
import type { EventSourceError } from "./errors.js";

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
