// @ts-check
// One source, behind its handle. It tells the session what happens, one input at a time, carries out the outputs,
// and calls the listeners. It decides nothing.

import { errorOf } from "./audience.js";
import { deadlineTimer } from "./deadline-timer.js";
import { digestOf } from "./digest.js";
import { EventSourceError, asError, errorOfFailure, internal, limitError } from "./error.js";
import { loading, wasm } from "./init.js";
import * as inputs from "./inputs.js";
import { encoder, copyToWasm } from "./memory.js";
import { ATTEMPT_OUTCOMES, ATTEMPT_REASONS, REASONS, STATES } from "./names.js";
import {
  ATTEMPT_FAILED,
  ATTEMPT_RECONNECT,
  ATTEMPT_REFUSED,
  FAILURE_EARLIER,
  FAILURE_EVENT,
  FAILURE_REFRESH_TIMEOUT,
  FAILURE_UNFINISHED_EVENT,
  HAS_ID_FIELD,
  HAS_NO_ID_FIELD,
  INPUT_COUNT,
  INPUT_BODY_ENDED,
  INPUT_CLOSE,
  INPUT_DECIDED,
  INPUT_DECODED,
  INPUT_DECODE_FAILED,
  INPUT_EVENT,
  INPUT_NOTE_LAST_EVENT_ID,
  INPUT_RELAYED_STATE,
  INPUT_LOST,
  INPUT_OFFLINE,
  INPUT_ONLINE,
  INPUT_PAUSE,
  INPUT_OPENED,
  INPUT_REFRESH_FAILED,
  INPUT_RENEWAL_FAILED,
  INPUT_RENEWED,
  INPUT_REQUESTED,
  INPUT_TRACK_IDS,
  INPUT_UNLISTENED,
  IS_TERMINAL_DATA,
  OUTCOME_BITS,
  OUTCOME_MASK,
  OUTCOME_POLL,
  OUTPUT_ATTEMPT,
  OUTPUT_CONNECT,
  OUTPUT_DECIDE,
  OUTPUT_DELIVER,
  OUTPUT_DISCONNECT,
  OUTPUT_GAP,
  OUTPUT_HAND_OVER,
  OUTPUT_NOTHING,
  OUTPUT_REFRESH,
  OUTPUT_RENEW,
  OUTPUT_REPORT,
  OUTPUT_STATE,
  REASON_DROPPED,
  REASON_FAILED,
  REASON_FINISHED,
  REASON_REQUESTED,
  WANTS_ACTIVITY,
  WANTS_DECODED,
  WANTS_DIGESTS,
  WANTS_IDS,
} from "./numbers.js";
import { askRule, gapOf, numbersAt, openSession, poll, stateOf, firstTextOf } from "./session.js";
import { SKIPPED, UNSEEN, detached, failureEventError, typedEvent, unfinishedEventError } from "./typed-event.js";
import { Transports } from "./transports.js";

/** @typedef {import("./index.js").CloseReason} CloseReason */
/** @typedef {import("./audience.js").Subscription} Subscription */
/** @typedef {import("./host.js").Host} Host */
/** @typedef {import("./host.js").Link} Link */
/** @typedef {import("./host.js").Transport} Transport */
/** @typedef {import("./inputs.js").Input} Input */
/** @typedef {import("./inputs.js").SessionInput} SessionInput */
/** @typedef {import("./options.js").Settings} Settings */
/** @typedef {import("./typed-event.js").EventMeta} EventMeta */
/** @typedef {[subscription: Subscription, data: string, meta: EventMeta, isSlice: boolean | undefined]} HandledEvent */

/** In place of the number of a session, while the engine is loading. */
const NOT_STARTED = -1;

export class Connection extends Transports {
  /** @type {Promise<CloseReason>} */
  closed;

  /** The number of the session, until the source has closed. @type {number | undefined} */
  #session = NOT_STARTED;
  /** Which inputs the session needs: `WANTS_…` flags. */
  #wants = WANTS_ACTIVITY;
  #timer;
  /** Whether an input is being handled. The constructor counts as one. */
  #isBusy = true;
  /** Whether a rule is being asked that is in another tab. */
  #isDeciding = false;
  /** The inputs that have arrived meanwhile, each with its link. @type {[Input, Link | undefined][]} */
  #queue = [];
  /** The event that is being handled, if the session had outputs for it. @type {HandledEvent | undefined} */
  #event;
  /** The error of the current input, or of a failure that the session has found, such as a timeout. @type {EventSourceError | undefined} */
  #error;
  /** What the server has answered with, the last time. @type {import("./index.js").ResponseHead | undefined} */
  #response;
  /** What had arrived of an event when the last response ended. @type {import("./index.js").TypedEvent<string> | undefined} */
  #unfinished;
  /** The error of the last failure of a transport's connection. @type {EventSourceError | undefined} */
  #lastConnectionError;
  /** The counts of a source that has closed, or of the shared connection that it has left. @type {import("./index.js").Stats | undefined} */
  #stats;
  /** The metadata of the last event. The next input tells the session its id. @type {EventMeta | undefined} */
  #meta;
  /** The last event id, kept here while there is no session. */
  #lastEventId;
  #tracksIds;
  #terminalData;
  /** Whether the session was told that the network is gone. */
  #isOffline;
  /** @type {(reason: CloseReason) => void} */
  #resolveClosed = () => {};

  /** Why it closes, if its signal is aborted. @type {CloseReason | undefined} */
  #aborted;
  #abort = () => {
    this.#aborted = { type: "aborted", reason: this.settings.signal?.reason };
    this.close();
  };
  /** Stops listening for changes of the page and its network. */
  #undoChanges = () => {};

  /**
   * @param {string} url
   * @param {Settings} settings
   * @param {Host} host
   * @param {(lastEventId: string, link: Link) => Transport} open Opens a transport that continues after the event with this id.
   */
  constructor(url, settings, host, open) {
    super(url, settings, host, open);
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve));
    const { deduplicate, terminalEvent, terminalData, failureEvent, parse, signal, lastEventId = "" } = settings;
    this.#tracksIds = Boolean(deduplicate);
    this.#terminalData = terminalData;
    this.#timer = deadlineTimer(host, (lateBy) => this.receive(inputs.timeout(lateBy)));
    this.#isOffline = this.#isHostOffline();
    // Where only events with listeners show that the connection is alive, those that are skipped count too.
    const skipped = Object.entries(parse).filter(([, kind]) => kind === "skip");
    const names = [terminalEvent ?? [], skipped.map(([name]) => name), failureEvent ?? [], terminalData === undefined ? [] : "message"];
    for (const name of names.flat()) this.subscribe(name);
    this.#lastEventId = lastEventId;
    signal?.addEventListener("abort", this.#abort);
    if (signal?.aborted) this.#abort();
    else if (wasm && !settings.load) this.#start();
    else this.#startLater();
    this.isConstructed = true;
    this.#isBusy = false;
    if (this.isClosed || settings.isSharer) return;
    const seesPage = settings.policy.pauseWhenHidden !== undefined;
    this.#undoChanges = host.onChange(url, seesPage, (input) => this.receive(inputs.change(input)));
  }

  /** Starts the session, which connects. Throws if the request is invalid. */
  #start() {
    this.#session = openSession(this.settings, this.#isOffline, this.host.isHidden(), this.host.now());
    try {
      this.#carryOut();
    } catch (error) {
      this.settings.signal?.removeEventListener("abort", this.#abort);
      this.#disconnect();
      wasm.free(this.#session);
      this.#session = NOT_STARTED;
      throw error;
    }
  }

  /** Starts once the engine is there. Whatever happens until then waits. */
  async #startLater() {
    try {
      await loading;
      await this.settings.load?.();
      if (this.isClosed) return;
      this.#isBusy = true;
      this.#start();
      if (this.#tracksIds) this.trackIds();
      this.#handleQueue();
    } catch (exception) {
      this.end({ type: "policy", error: asError(exception) }, true);
    }
  }

  get isClosed() {
    return this.#session === undefined;
  }

  get #isStarted() {
    return !this.isClosed && this.#session !== NOT_STARTED;
  }

  get lastEventId() {
    return this.#isStarted ? firstTextOf(numbersAt(this.tellSession(INPUT_NOTE_LAST_EVENT_ID))) : this.#lastEventId;
  }

  /** @returns {import("./index.js").Stats} */
  get stats() {
    const stats = this.transport?.stats ?? this.#stats;
    if (stats) return stats;
    const { events, bytes } = this.tally;
    const at = this.#lastEventAt;
    const numbers = this.#isStarted ? numbersAt(this.tellSession(INPUT_COUNT)) : [];
    const [attempts = 0, opened = 0, duplicates = 0, gaps = 0] = numbers.slice(6);
    return {
      attempts,
      opened,
      events: events - duplicates - (this.transport?.ahead ?? 0),
      bytes: this.settings.isFetch ? bytes : undefined,
      duplicates,
      gaps,
      lastEventAt: at === undefined ? at : this.host.wallTime(at),
    };
  }

  /** When the last event arrived, by the clock of the host. */
  get #lastEventAt() {
    return this.#meta?.at ?? this.tally.at;
  }

  /** Closes the source at once, whatever is being handled. */
  close(isDropped = false) {
    if (this.isClosed) return;
    if (!this.#isStarted) return this.#endWithReason(isDropped ? REASON_DROPPED : REASON_REQUESTED);
    this.tellSession(INPUT_CLOSE, Number(isDropped));
    this.#carryOut();
  }

  /** Pauses, resumes or reconnects. @param {number} input */
  ask(input) {
    this.receive(inputs.asked(input));
    if (input !== INPUT_PAUSE) this.receive(inputs.resumesJoined);
  }

  /** Reports gaps from now on, for which the session and the transport have to see every id. */
  trackIds() {
    this.#tracksIds = true;
    if (!this.#isStarted) return;
    this.transport?.trackIds?.();
    // The shared connection tracks the ids for its sharers.
    if (this.settings.isSharer) return;
    this.tellSession(INPUT_TRACK_IDS);
    this.#wants |= WANTS_ACTIVITY | WANTS_IDS;
  }

  // Inputs

  /**
   * Handles an input, after the earlier ones. If its transport has been closed in the meantime, the input is dropped.
   * Returns whether to yield to the event loop before the next event.
   *
   * @param {Input} input
   * @param {Link} [link] The link of the transport that sends the input. The connection's own inputs have none.
   */
  receive(input, link) {
    if (this.isClosed) return false;
    this.#queue.push([input, link]);
    if (this.#isBusy || !this.#isStarted) return false;
    this.shouldYield = false;
    return this.#handleQueue();
  }

  /**
   * Handles an event that has listeners. Since events are frequent, an input is only created if the event has to wait,
   * or if the session has outputs for it.
   *
   * @param {Subscription} subscription
   * @param {string} data
   * @param {EventMeta} meta
   * @param {boolean | undefined} hasIdField
   * @param {boolean | undefined} isSlice
   * @param {unknown} value The data as it was parsed, if it was.
   * @param {Link} link
   */
  receiveEvent(subscription, data, meta, hasIdField, isSlice, value, link) {
    if (this.isClosed || link !== this.link) return false;
    if (this.#isBusy) return this.receive(() => this.handleEvent(subscription, data, meta, hasIdField, isSlice), link);
    this.#isBusy = true;
    this.shouldYield = false;
    try {
      this.handleEvent(subscription, data, meta, hasIdField, isSlice, value);
    } catch (exception) {
      this.#endAfterBug(exception);
    }
    return this.#handleQueue();
  }

  /** Handles the inputs that have arrived. */
  #handleQueue() {
    // The length comes first: `shift` of an empty array costs as much as handling an event.
    while (this.#queue.length && !this.#isDeciding) {
      this.#isBusy = true;
      try {
        this.#handle(.../** @type {[Input, Link | undefined]} */ (this.#queue.shift()));
      } catch (exception) {
        this.#endAfterBug(exception);
      }
    }
    // The data of an event may be a slice, which keeps its whole chunk in memory.
    if (!this.#isDeciding) this.#event = undefined;
    this.#isBusy = this.#isDeciding;
    return this.shouldYield;
  }

  /** @param {unknown} exception */
  #endAfterBug(exception) {
    this.end({ type: "policy", error: internal(exception) }, true);
  }

  /** @param {Input} input @param {Link} [link] @returns {void} */
  #handle(input, link) {
    const isRenewal = link && link === this.renewal?.link;
    if (this.isClosed || (link && link !== this.link && !isRenewal)) return;
    this.#event = undefined;
    if (typeof input === "function") {
      const next = input(this);
      return next && this.#handle(next, link);
    }
    if (input.type === INPUT_UNLISTENED) return this.#handleUnlistened(/** @type {import("./inputs.js").UnlistenedInput} */ (input));
    const { type, error, detail = 0, time, failures, unfinished, response } = /** @type {SessionInput} */ (input);
    if (isRenewal && (type === INPUT_LOST || type === INPUT_BODY_ENDED)) return this.#failRenewal(error);
    if (isRenewal && type === INPUT_REQUESTED) return detail ? undefined : this.#failRenewal(unsafeRenewal(this.url));
    if ([INPUT_LOST, INPUT_BODY_ENDED, INPUT_REFRESH_FAILED].includes(type) && this.#isHostOffline() !== this.#isOffline) {
      // The network has changed, and the host has not fired `online` or `offline` yet. The session is told first. If it
      // disconnects because of that, the link is an old one, and the input is dropped.
      this.#handle(inputs.change(this.#isHostOffline() ? INPUT_OFFLINE : INPUT_ONLINE));
      return this.#handle(input, link);
    }
    if (type === INPUT_ONLINE || type === INPUT_OFFLINE) this.#isOffline = type === INPUT_OFFLINE;
    this.#error = error;
    this.#unfinished = unfinished;
    this.#response = response ?? this.#response;
    const terminalFlag = unfinished ? this.#terminalFlagOf(this.subscriptions.get(unfinished.type), unfinished.data) : 0;
    this.tellSession(isRenewal && type === INPUT_OPENED ? INPUT_RENEWED : type, detail | terminalFlag, time, failures);
    this.#carryOut();
    if (type === INPUT_OPENED && !this.isClosed) this.askExpiry();
  }

  /** Whether the host is offline; `false` for a sharer, whose shared connection watches the network. */
  #isHostOffline() {
    return !this.settings.isSharer && this.host.isOffline(this.url);
  }

  /**
   * Handles an event. Calls the session only if it has to be told.
   *
   * @param {Subscription} subscription
   * @param {string} data
   * @param {EventMeta} meta
   * @param {boolean} [hasIdField]
   * @param {boolean} [isSlice]
   * @param {unknown} [value]
   */
  handleEvent(subscription, data, meta, hasIdField, isSlice, value) {
    const terminalFlag = this.#terminalFlagOf(subscription, data);
    this.#meta = meta;
    if (!terminalFlag && !(this.#wants & WANTS_ACTIVITY)) return this.#deliver(subscription, data, meta, isSlice, value);
    const idFieldFlag = hasIdField ? HAS_ID_FIELD : hasIdField === false ? HAS_NO_ID_FIELD : 0;
    const digest = this.#wants & WANTS_DIGESTS ? digestOf(data) : 0;
    const id = this.#wants & WANTS_IDS ? meta.lastEventId : null;
    const outcome = this.tellSession(INPUT_EVENT, terminalFlag + idFieldFlag, 0, digest, id);
    this.#wants = outcome >> OUTCOME_BITS;
    // It is not delivered.
    if (terminalFlag === IS_TERMINAL_DATA) this.tally.events -= 1;
    if (!(outcome & OUTCOME_MASK)) return this.#deliver(subscription, data, meta, isSlice, value);
    if (!(outcome & OUTCOME_POLL)) return;
    this.#event = [subscription, data, meta, isSlice];
    this.#carryOut();
  }

  /** What an event says of the end, as a flag of `INPUT_EVENT`. @param {Subscription | undefined} subscription @param {string} data */
  #terminalFlagOf(subscription, data) {
    return data === this.#terminalData ? IS_TERMINAL_DATA : (subscription?.terminalFlag ?? 0);
  }

  /** @param {import("./inputs.js").UnlistenedInput} input */
  #handleUnlistened({ isEvent, lastEventId }) {
    if (lastEventId !== undefined) this.#meta = { lastEventId, origin: "" };
    if (!(this.#wants & WANTS_ACTIVITY)) return;
    this.tellSession(INPUT_UNLISTENED, Number(isEvent), 0, 0, lastEventId ?? null);
    this.#carryOut();
  }

  /**
   * Tells the session an input. For an event it returns what to do in the lowest bits, and the `WANTS_…` flags above
   * them; for other inputs the address of the session's numbers (`numbersAt`), whose first text is the last event id.
   *
   * @param {number} type
   * @param {number} [detail]
   * @param {number} [time]
   * @param {number} [failures] For an event the digest of its data.
   * @param {string | null} [lastEventId] For an event its last event id, otherwise the last one so far; `null` if the session does not need it.
   */
  tellSession(type, detail = 0, time = -1, failures = 0, lastEventId = this.transport?.lastEventId ?? this.#meta?.lastEventId ?? null) {
    const session = /** @type {number} */ (this.#session);
    const id = lastEventId === null ? undefined : encoder.encode(lastEventId);
    return wasm.tellSession(
      session,
      type,
      id ? copyToWasm(id) : 0,
      id?.length ?? 0,
      detail,
      time,
      failures,
      this.host.now(),
      this.host.random(),
    );
  }

  // Outputs

  #carryOut() {
    while (this.#session !== undefined) {
      const numbers = poll(this.#session);
      const [output, kind, failure, after, failures, amount, follows, limit, limitValue, decodeErrors, downFor, wants, deadline] = numbers;
      const error = () => this.#errorForFailure(failure, after, failures);
      if (output === OUTPUT_NOTHING) {
        this.#wants = wants;
        this.#timer.set(deadline);
        return;
      }
      if (output === OUTPUT_CONNECT) this.connect();
      else if (output === OUTPUT_DISCONNECT) {
        // Disconnecting forgets the transport and `#meta`, by which the id is known.
        this.tellSession(INPUT_NOTE_LAST_EVENT_ID);
        this.#disconnect();
      } else if (output === OUTPUT_DELIVER) {
        this.#deliver(.../** @type {HandledEvent} */ (this.#event));
      } else if (output === OUTPUT_GAP) this.tellGap(gapOf(numbers));
      else if (output === OUTPUT_DECIDE) {
        if (this.#decide({ error: error(), failures, decodeErrors, downFor }, kind, amount)) return;
      } else if (output === OUTPUT_ATTEMPT)
        this.#endAttempt(numbers, follows === ATTEMPT_REFUSED || follows === ATTEMPT_FAILED ? error() : undefined);
      else if (output === OUTPUT_REPORT) {
        if (failures) this.cause = this.#lastConnectionError = error();
        this.report(error(), follows, stateOf(kind, failures, amount));
      } else if (output === OUTPUT_STATE) {
        const state = stateOf(kind, failures, amount, this.#response);
        // A source that is paused at once has no listeners yet, and a shared connection no sharers.
        if (this.isConstructed) this.enterState(state);
        else this.state = state;
      } else if (output === OUTPUT_REFRESH) this.refresh();
      else if (output === OUTPUT_RENEW) this.renew();
      else if (output === OUTPUT_HAND_OVER) {
        this.tellSession(INPUT_NOTE_LAST_EVENT_ID);
        this.#meta = undefined;
        this.handOver();
      } else this.#endWithReason(kind, kind === REASON_FAILED ? limitError(limit, limitValue, error()) : undefined);
    }
  }

  /**
   * An attempt has ended.
   *
   * @param {Float64Array} numbers
   * @param {import("./error.js").Details} [error] What went wrong, if it was refused or has failed.
   */
  #endAttempt([, kind, , , failures, amount, end, reason, number, started], error) {
    const isTimed = started >= 0;
    /** @type {any} */
    const attempt = {
      number,
      reason: ATTEMPT_REASONS[reason],
      cause: reason && reason < ATTEMPT_RECONNECT ? this.#lastConnectionError : undefined,
      url: this.transport?.url ?? this.url,
      startedAt: isTimed ? this.host.wallTime(started) : undefined,
      duration: isTimed ? Math.round(this.host.now() - started) : undefined,
      outcome: ATTEMPT_OUTCOMES[end],
      status: error ? error.status : [this.#response?.status, 204][end],
      error,
    };
    // Nobody listens to a source that is paused as it is opened.
    if (!this.isConstructed) return;
    if (kind < STATES.length) {
      this.state = stateOf(kind, failures, amount, this.#response);
      this.tellAttempt(attempt);
    } else this.tellLastAttempt(attempt);
  }

  /** The error of a failure. All outputs of an input get the same object. @param {number} failure @param {number} after @param {number} failures */
  #errorForFailure(failure, after, failures) {
    if (failure === FAILURE_EARLIER && this.#lastConnectionError) return this.#lastConnectionError;
    if (failure === FAILURE_EVENT) return failureEventError(this.#unfinished ?? this.#currentEvent());
    // A call that does not end is not waited for again.
    if (failure === FAILURE_REFRESH_TIMEOUT) this.forgetRefresh();
    if (failure === FAILURE_UNFINISHED_EVENT && this.#unfinished) {
      this.#error = unfinishedEventError(this.#unfinished);
      this.#unfinished = undefined;
    }
    const error = /** @type {import("./error.js").Details} */ (this.#error ??= errorOfFailure(failure, after));
    if (failures) error.attempt ??= failures;
    return error;
  }

  /** A plain copy of the event that is being handled. */
  #currentEvent() {
    const [{ name }, data, meta] = /** @type {HandledEvent} */ (this.#event);
    return typedEvent(name, detached(data), meta);
  }

  /** Uses a transport from now on, whose link is the current one. @param {Transport} transport */
  use(transport) {
    this.transport = transport;
    this.#join(transport.state);
    for (const subscription of this.subscriptions.values()) transport.listen(subscription);
    if (this.#tracksIds) transport.trackIds?.();
    if (!this.anyListeners.isEmpty) transport.listenToAll?.(true);
    if (this.isHeldBack) transport.holdBack?.(true);
  }

  /** @param {EventSourceError | undefined} error */
  #failRenewal(error) {
    this.endRenewal();
    this.#error = error;
    this.tellSession(INPUT_RENEWAL_FAILED);
    this.#carryOut();
  }

  /** Takes over the state of a shared connection. @param {import("./index.js").State | undefined} state */
  #join(state) {
    if (!state) return;
    this.state = state;
    // Being connecting has been told, and being open is told later.
    if (/^(connecting|open)$/.test(state.type)) return;
    const { detail, time, failures } = inputs.relayedState(state);
    this.tellSession(INPUT_RELAYED_STATE, detail, time, failures);
    // In place of the session's output: the object that the shared connection has is the one that a countdown knows.
    poll(/** @type {number} */ (this.#session));
    this.announce(state);
  }

  #disconnect() {
    const transport = this.transport;
    this.tally.at = this.#lastEventAt;
    this.#stats = transport?.stats ?? this.#stats;
    this.transport = this.link = this.#meta = undefined;
    transport?.close();
    this.endRenewal();
  }

  /** @param {Subscription} subscription @param {string} data @param {EventMeta} meta @param {boolean | undefined} isSlice @param {unknown} [value] */
  #deliver(subscription, data, meta, isSlice, value) {
    const { name, parse, listeners, domListeners } = subscription;
    const { snapshot } = listeners;
    const anySnapshot = this.anyListeners.snapshot;
    const text = isSlice && (domListeners || parse !== "json") ? detached(data) : data;
    if (domListeners) {
      // By the standard a task dispatches one event, so that the microtasks of an event run before the next one.
      this.shouldYield = true;
      this.dispatchMessage(subscription, text, meta);
    }
    if ((!snapshot.length || listeners.isEmpty) && (!anySnapshot.length || this.anyListeners.isEmpty)) return;
    let payload;
    try {
      payload = subscription.decode(text, meta, value);
    } catch (exception) {
      const error = asError(exception);
      // Decoding runs users' code, which may have closed the source.
      if (this.isClosed) return this.tell(error);
      this.#error = error;
      this.tellSession(INPUT_DECODE_FAILED);
      return this.#carryOut();
    }
    if (this.isClosed || payload === SKIPPED) return;
    if (this.#wants & WANTS_DECODED) {
      // The session has no output for this. Its outputs for the event are carried out after the listeners were called.
      this.tellSession(INPUT_DECODED);
      this.#wants &= ~WANTS_DECODED;
    }
    const event = typedEvent(name, payload, listeners.seesMeta || this.anyListeners.seesMeta ? meta : UNSEEN);
    listeners.call(event, snapshot);
    this.anyListeners.call(event, anySnapshot);
  }

  /** Returns whether the decision is awaited. @param {object} context @param {number} kind @param {number} proposedWait */
  #decide(context, kind, proposedWait) {
    const { isElsewhere, policy } = this.settings;
    /** @type {any} */
    const rule = policy.rule;
    if (isElsewhere) this.#awaitDecision(rule(context, kind, proposedWait));
    else this.#tellDecision(askRule(rule, context, kind, proposedWait));
    return isElsewhere;
  }

  /** @param {[decision: number, wait: number]} decision */
  #tellDecision([decision, wait]) {
    // The rule may have closed the source.
    if (!this.isClosed) this.tellSession(INPUT_DECIDED, decision, wait);
  }

  /** Goes on once the rule, which is in another tab, has decided. Until then inputs wait. @param {Promise<[decision: number, wait: number]>} decision */
  async #awaitDecision(decision) {
    this.#isDeciding = true;
    const decided = await decision;
    this.#isDeciding = false;
    if (this.isClosed) return;
    try {
      this.#tellDecision(decided);
      this.#carryOut();
    } catch (exception) {
      this.#endAfterBug(exception);
    }
    this.#handleQueue();
  }

  /** @param {number} kind @param {EventSourceError} [error] */
  #endWithReason(kind, error) {
    /** @type {any} */
    const reason = kind === REASON_FAILED ? { type: "policy", error } : (this.#aborted ?? { type: REASONS[kind] });
    // By the standard, status 204 ends in an `error` event. After a terminal event none is fired: the page has that event.
    this.end(reason, kind === REASON_FAILED || (kind === REASON_FINISHED && !this.#event));
  }

  /**
   * Ends the source at once, and fires the DOM's `error` if it is asked to. The listeners are told once the callback that caused
   * the end has returned. If `close` was called outside of callbacks they are told at once, so that nobody takes the state for that
   * of a later source.
   *
   * @param {CloseReason} reason
   * @param {boolean} firesError Whether to fire the DOM's `error` event.
   * @param {boolean} [isReported] Whether its error was already reported.
   */
  end(reason, firesError, isReported) {
    const session = this.#session;
    if (session === undefined) return;
    const error = errorOf(reason);
    const { queue } = this.settings;
    const state = (this.state = /** @type {const} */ ({ type: "closed", reason }));
    // After a bug of this package, some of this may fail.
    quietly(() => (this.#lastEventId = this.lastEventId));
    quietly(() => (this.#stats = this.stats));
    quietly(() => this.#disconnect());
    this.#session = undefined;
    if (session !== NOT_STARTED) quietly(() => wasm.free(session));
    this.#timer.stop();
    quietly(() => this.settings.signal?.removeEventListener("abort", this.#abort));
    quietly(this.#undoChanges);
    this.#queue.length = 0;
    this.clearListeners();
    if (firesError) this.dispatch("error", error && { error });
    const tell = () => {
      this.tellEnd(state, isReported);
      this.#resolveClosed(reason);
      // The `FinalizationRegistry` holds this connection until the source is collected, and a user's function held here
      // could keep the source alive.
      this.settings = /** @type {any} */ ({ queue });
      this.open = /** @type {any} */ (undefined);
    };
    if (this.#isBusy) queueMicrotask(tell);
    else tell();
  }
}

/** @param {string} url */
const unsafeRenewal = (url) => new EventSourceError("invalid-request", "a renewal needs a request that may be sent again", { url });

/** @param {() => void} step */
function quietly(step) {
  try {
    step();
  } catch {
    // Nothing can be done about it.
  }
}
