// @ts-check
// The body of a response, mended: one stream, of however many responses.

import { deadlineTimer } from "../deadline-timer.js";
import { asError, connectionLost, errorOfFailure, limitError, reportException } from "../error.js";
import { browser } from "../host.js";
import { wasm } from "../init.js";
import * as inputs from "../inputs.js";
import {
  FAILURE_EARLIER,
  FAILURE_UNFINISHED_EVENT,
  INPUT_BODY_ENDED,
  INPUT_DECIDED,
  INPUT_HIDDEN,
  INPUT_LOST,
  INPUT_OFFLINE,
  INPUT_ONLINE,
  INPUT_UNLISTENED,
  LOSS_HOPELESS,
  OUTPUT_ATTEMPT,
  OUTPUT_CONNECT,
  OUTPUT_DECIDE,
  OUTPUT_DISCONNECT,
  OUTPUT_NOTHING,
  OUTPUT_REPORT,
  OUTPUT_STATE,
  REASON_FAILED,
  WANTS_ACTIVITY,
} from "../numbers.js";
import { askRule, openSession, poll } from "../session.js";
import { onLeaving } from "../transport/leaving.js";
import { beginningOf, headOf, isEventStream, refusal } from "../transport/response.js";
import { unfinishedEventError } from "../typed-event.js";
import { WholeEvents } from "./whole-events.js";

/** @typedef {import("../error.js").EventSourceError} EventSourceError */
/** @typedef {import("../inputs.js").SessionInput} SessionInput */

/** The most bytes that are parsed at once: the memory of wasm never shrinks. */
const SLICE = 256 * 1024;

/** Resolves once the page has not been left, if it began to be left. @type {Promise<unknown> | undefined} */
let staying;
/** A function apart, so that the page does not hold the body. */
const watchLeaving = () => onLeaving((promise) => (staying = promise));

/** Whether a response is one to mend. @param {Response} response */
export const isStream = (response) =>
  response.status === 200 && typeof response.body?.getReader === "function" && isEventStream(headOf(response, ""));

/** The source of a stream. */
export class MendedBody {
  /**
   * What ends with it. It watches whether the page is left only as long as it is open: Firefox keeps no page in its back/forward cache
   * that does so.
   *
   * @type {{ parser?: number, session?: number, forgetLeaving: () => void }}
   */
  handles = { forgetLeaving: watchLeaving() };

  #settings;
  #resumption;
  #head;
  #events;
  /** @type {ReadableStreamDefaultController<Uint8Array> | undefined} */
  #controller;
  /** The reader of the current response. @type {ReadableStreamDefaultReader<Uint8Array> | undefined} */
  #reader;
  /** Ends the wait for a response. */
  #wake = () => {};
  #isOver = false;
  /** Aborts the current request. @type {AbortController | undefined} */
  #abort;
  #attempts = 1;
  /** Why the first response broke off, as long as no other request was made. @type {unknown} */
  #cause;
  /** The error of the current input, and that of the last one. @type {EventSourceError | undefined} */
  #error;
  /** @type {EventSourceError | undefined} */
  #lastError;
  /** Why the last attempt has ended, if it has failed. @type {EventSourceError | undefined} */
  #attemptError;
  /** @type {import("../index.js").TypedEvent<string> | undefined} */
  #unfinished;
  /** Whether the session is to be told that something has arrived. */
  #wantsActivity = false;
  #isOffline = false;
  #undoChanges = () => {};
  #timer = deadlineTimer(browser, (lateBy) => this.#tell(inputs.timeout(lateBy)));

  /**
   * @param {Response} response
   * @param {import("./resumption.js").Resumption} resumption
   * @param {import("./options.js").ResilientSettings} settings
   * @param {AbortController} [abort] Aborts the first request, if its body cannot.
   */
  constructor(response, resumption, settings, abort) {
    this.#abort = abort;
    this.#settings = settings;
    this.#resumption = resumption;
    this.#head = headOf(response, resumption.url);
    this.#events = new WholeEvents(settings, this.handles);
    this.#begin(response);
  }

  // What a stream calls

  /** @param {ReadableStreamDefaultController<Uint8Array>} controller */
  start(controller) {
    this.#controller = controller;
    this.#resumption.signal?.addEventListener("abort", this.#onAbort);
    if (this.#resumption.signal?.aborted) this.#onAbort();
    else if (this.#isWatched) this.#startSession();
    this.#holdBack(true);
  }

  async pull() {
    try {
      this.#holdBack(false);
      while (!this.#isOver && !(await this.#readOn()));
      this.#holdBack(true);
    } catch (exception) {
      this.#fail(exception);
    }
  }

  /** @param {unknown} reason */
  cancel(reason) {
    return this.#end(reason);
  }

  /** While nobody reads, silence does not count. @param {boolean} isHeldBack */
  #holdBack(isHeldBack) {
    if (this.#settings.policy.idle) this.#tell(inputs.heldBack(isHeldBack));
  }

  #onAbort = () => {
    this.#fail(this.#resumption.signal?.reason);
  };

  // The responses

  /** @param {Response} response */
  #begin({ body }) {
    const { request, repeats } = this.#settings;
    // What is asked for by another request has no ids of this one to go on from, unless there were some.
    const isReplayed = repeats === "from-start" || (repeats === undefined && request !== undefined && !this.#events.lastEventId);
    this.#events.begin(isReplayed);
    this.#reader = /** @type {ReadableStream<Uint8Array>} */ (body).getReader();
    this.#wake();
  }

  /** Reads a chunk, or waits for a response. Returns whether something was passed on. */
  async #readOn() {
    const reader = this.#reader;
    if (!reader) {
      await new Promise((resolve) => (this.#wake = () => resolve(undefined)));
      return false;
    }
    let chunk, cause;
    let isWhole = true;
    try {
      chunk = (await reader.read()).value;
    } catch (exception) {
      isWhole = false;
      cause = exception;
    }
    // It was closed meanwhile.
    if (reader !== this.#reader) return false;
    if (chunk) return this.#passOn(chunk);
    const event = this.#events.end();
    this.#reader = undefined;
    await staying;
    if (this.#isOver) return true;
    if (this.#events.isFinished) {
      this.#close();
      return true;
    }
    if (event && this.#events.isFinishedBy(event, isWhole)) {
      for (const piece of this.#events.finish()) this.#controller?.enqueue(piece);
      this.#close();
      return true;
    }
    if (this.#attempts === 1) this.#cause = cause;
    this.#tell(inputs.bodyEnded(connectionLost(this.#resumption.url, cause ?? "the server ended the stream"), isWhole, event));
    return false;
  }

  /** @param {Uint8Array} view */
  #passOn(view) {
    if (!ArrayBuffer.isView(view)) throw new TypeError("the body of the response is not made of bytes");
    const chunk = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    const { count } = this.#events;
    let isPassed = false;
    for (let start = 0; start < chunk.length; start += SLICE) {
      let pieces;
      try {
        // A reader may give away the memory of a piece, so each slice has memory that no other has.
        pieces = this.#events.read(chunk.length > SLICE ? chunk.slice(start, start + SLICE) : chunk);
      } catch (error) {
        this.#fail(error);
        return true;
      }
      for (const piece of pieces) this.#controller?.enqueue(piece);
      isPassed ||= pieces.length > 0;
    }
    if (this.#wantsActivity) {
      this.#tell({ type: INPUT_UNLISTENED, detail: Number(this.#events.count > count) });
      // All is well again. What limits the attempts of a request that costs goes on counting.
      if (!this.#wantsActivity && this.#isRepeatable && !this.#isWatched) this.#endSession();
    }
    return isPassed;
  }

  /** Asks for the rest of the stream. */
  async #connect() {
    const abort = (this.#abort = new AbortController());
    this.#attempts += 1;
    const result = await this.#attempt(abort).catch((exception) => {
      this.#cause = undefined;
      return inputs.failed(asError(exception));
    });
    await staying;
    const isResponse = "body" in result;
    if (abort === this.#abort) this.#tell(isResponse ? inputs.opened() : result);
    if (!isResponse) return;
    if (abort === this.#abort) this.#begin(result);
    else result.body?.cancel().catch(() => {});
  }

  /** Makes an attempt. Returns the response that goes on, or how it failed. @param {AbortController} abort @returns {Promise<SessionInput | Response>} */
  async #attempt(abort) {
    const { url } = this.#resumption;
    const { lastEventId, count, first } = this.#events;
    const { signal } = abort;
    const error = this.#attemptError;
    this.#attemptError = undefined;
    const attempt = { number: this.#attempts, lastEventId, error, signal, response: this.#head, events: count, firstEvent: first };
    const request = await this.#resumption.next(attempt);
    // There is nothing to go on from.
    if (!request) return { ...inputs.failed(error ?? connectionLost(url, "the stream was paused")), detail: LOSS_HOPELESS };
    this.#cause = undefined;
    signal.throwIfAborted();
    let response;
    try {
      response = await (this.#settings.fetch ?? globalThis.fetch)(...request);
    } catch (cause) {
      return inputs.reestablish(connectionLost(url, cause));
    }
    const head = headOf(response, url);
    if (head.status === 204) return inputs.finished;
    return isStream(response) ? response : inputs.failed(refusal(head.url, head, await beginningOf(response, abort)));
  }

  /** @param {unknown} [reason] */
  async #disconnect(reason) {
    const cancelled = this.#reader?.cancel(reason);
    this.#abort?.abort();
    this.#abort = this.#reader = undefined;
    this.#events.end();
    this.#events.dropHeld();
    await cancelled;
  }

  // The end

  /** Ends all at once. @param {unknown} [reason] */
  #end(reason) {
    this.#isOver = true;
    this.#resumption.signal?.removeEventListener("abort", this.#onAbort);
    this.handles.forgetLeaving();
    this.#endSession();
    const disconnected = this.#disconnect(reason);
    this.#wake();
    return disconnected;
  }

  #close() {
    this.#end();
    this.#controller?.close();
  }

  /** @param {unknown} error */
  #fail(error) {
    if (this.#isOver) return;
    // What is cancelled may have failed too.
    this.#end().catch(() => {});
    this.#controller?.error(error);
  }

  // The session

  /** Whether there is something to decide as long as all is well, too. */
  get #isWatched() {
    const { idle, pauseWhenHidden } = this.#settings.policy;
    return idle !== undefined || pauseWhenHidden !== undefined;
  }

  get #isRepeatable() {
    return this.#resumption.isSafe || this.#settings.request !== undefined;
  }

  /** Starts the session of a stream that is open. Most streams need none: it decides what to do once the first response has ended. */
  #startSession() {
    const { policy, hasTerminal, endOfBody, request } = this.#settings;
    const { isSpent, url } = this.#resumption;
    const settings = {
      policy: isSpent ? { ...policy, resend: false, resendRefused: false } : policy,
      isFetch: true,
      isRepeatable: this.#isRepeatable,
      terminalData: hasTerminal ? "" : undefined,
      endOfBody: isSpent && !request ? "finished" : endOfBody,
    };
    this.#isOffline = false;
    this.handles.session = openSession(/** @type {any} */ (settings), false, false, browser.now());
    // The first request was made.
    poll(this.handles.session);
    this.#undoChanges = browser.onChange(url, policy.pauseWhenHidden !== undefined, (type) => this.#tell(inputs.change(type)));
    this.#tell(inputs.opened());
    if (browser.isHidden()) this.#tell(inputs.change(INPUT_HIDDEN));
  }

  #endSession() {
    const { session } = this.handles;
    if (session === undefined) return;
    this.handles.session = undefined;
    this.#wantsActivity = false;
    wasm.free(session);
    this.#timer.stop();
    this.#undoChanges();
  }

  /** Tells the session, and does what it says. @param {SessionInput} input */
  #tell(input) {
    if (this.#isOver) return;
    if (this.handles.session === undefined) this.#startSession();
    const { type, error, unfinished } = input;
    if (type === INPUT_LOST || type === INPUT_BODY_ENDED) {
      const abort = this.#abort;
      const isOffline = browser.isOffline(this.#resumption.url);
      // The network has changed without an event so far. Another request may have been made because of that.
      if (isOffline !== this.#isOffline) this.#tell(inputs.change(isOffline ? INPUT_OFFLINE : INPUT_ONLINE));
      if (this.#isOver || abort !== this.#abort) return;
    }
    if (type === INPUT_ONLINE || type === INPUT_OFFLINE) this.#isOffline = type === INPUT_OFFLINE;
    this.#error = error;
    this.#unfinished = unfinished;
    const { reconnectionTime } = this.#events;
    if (reconnectionTime !== undefined) this.#tellSession(inputs.retry(reconnectionTime));
    this.#tellSession(input);
    this.#carryOut();
  }

  /** @param {SessionInput} input */
  #tellSession({ type, detail = 0, time = -1, failures = 0 }) {
    const session = /** @type {number} */ (this.handles.session);
    wasm.tellSession(session, type, 0, 0, detail, time, failures, browser.now(), browser.random());
  }

  #carryOut() {
    for (let { session } = this.handles; session !== undefined; { session } = this.handles) {
      const [output, kind, failure, after, failures, amount, , limit, limitValue, , downFor, wants, deadline] = poll(session);
      const error = () => this.#errorOf(failure, after);
      if (output === OUTPUT_NOTHING) {
        this.#wantsActivity = (wants & WANTS_ACTIVITY) > 0;
        this.#timer.set(deadline);
        return;
      }
      if (output === OUTPUT_CONNECT) this.#connect().catch((exception) => this.#fail(exception));
      else if (output === OUTPUT_DISCONNECT) this.#disconnect().catch(() => {});
      else if (output === OUTPUT_DECIDE) {
        const context = { error: error(), failures, decodeErrors: 0, downFor };
        const [decision, wait] = askRule(this.#settings.policy.rule, context, kind, amount);
        if (!this.#isOver) this.#tellSession({ type: INPUT_DECIDED, detail: decision, time: wait });
      } else if (output === OUTPUT_REPORT) this.#report(error());
      else if (output !== OUTPUT_STATE && output !== OUTPUT_ATTEMPT) {
        if (kind !== REASON_FAILED) this.#close();
        else this.#fail(this.#cause ?? limitError(limit, limitValue, error()));
      }
    }
  }

  /** The error of a failure. All outputs of an input get the same object. @param {number} failure @param {number} after */
  #errorOf(failure, after) {
    if (failure === FAILURE_EARLIER && this.#lastError) return this.#lastError;
    if (failure === FAILURE_UNFINISHED_EVENT && this.#unfinished) {
      this.#error = unfinishedEventError(this.#unfinished);
      this.#unfinished = undefined;
    }
    return (this.#error ??= errorOfFailure(failure, after));
  }

  /** @param {EventSourceError} error */
  #report(error) {
    this.#attemptError = this.#lastError = error;
    try {
      this.#settings.onError?.(error);
    } catch (exception) {
      reportException(exception);
    }
  }
}
