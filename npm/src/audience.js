// @ts-check
// The listeners of a source, and what is reported to them.

import { Batch, paceOf } from "./batches.js";
import { whenCollected } from "./collected.js";
import { consoleLines } from "./console-lines.js";
import { noteWait } from "./countdown.js";
import { EventSourceError } from "./error.js";
import { EventQueue } from "./event-queue.js";
import { heldBack, overflowed } from "./inputs.js";
import { Listeners } from "./listeners.js";
import { FOLLOWS_CLOSE, FOLLOWS_STATE, IS_FAILURE_EVENT, IS_TERMINAL_EVENT } from "./numbers.js";
import { decoder, parseOf, typedEvent } from "./typed-event.js";

/** @typedef {import("./index.js").AttemptSummary} AttemptSummary */
/** @typedef {import("./index.js").Gap} Gap */
/** @typedef {import("./index.js").State} State */
/** @typedef {import("./host.js").Host} Host */
/** @typedef {import("./inputs.js").Input} Input */
/** @typedef {import("./options.js").Settings} Settings */
/** @typedef {import("./typed-event.js").EventMeta} EventMeta */
/** @typedef {import("./typed-event.js").TypedEvent} TypedEvent */

/**
 * The events of one name, and their listeners.
 *
 * @typedef {object} Subscription
 * @property {string} name
 * @property {unknown} parse How they are parsed.
 * @property {(data: string, meta: EventMeta, value?: unknown) => unknown} decode
 * @property {number} terminalFlag How these events end the stream, as a flag of `INPUT_EVENT`.
 * @property {Listeners} listeners The listeners to typed events.
 * @property {number} domListeners How many DOM listeners there are.
 */

/** The half of a connection that users listen to. `Connection` extends it, and has the methods that are abstract here. */
export class Audience {
  /** The subscriptions by name: to what is listened to, and to what the source itself has to see. @type {Map<string, Subscription>} */
  subscriptions = new Map();
  /** @type {State} */
  state = { type: "connecting" };
  /** Whether other tasks should run before the next event. */
  shouldYield = false;
  /** Carries the events while there is a connection. @type {import("./host.js").Transport | undefined} */
  transport;

  /**
   * The object with the DOM listeners, while there are any. Otherwise nothing here holds it, so that it can be
   * garbage-collected.
   *
   * @type {EventTarget | undefined}
   */
  #target;
  /** The functions that end the DOM's listeners. @type {Set<() => void>} */
  #releases = new Set();
  /** The listeners to events of any name. */
  anyListeners = new Listeners();
  #gaps = new Listeners();
  #errors = new Listeners();
  #attempts = new Listeners();
  #states = new Listeners();
  /** The queues of the iterations. @type {Set<EventQueue>} */
  #queues = new Set();
  /** What gathers for handlers of batches. @type {Set<Batch>} */
  #batches = new Set();
  /** What holds the transport back: queues that are full, and in a shared connection each `Share` whose source has such a queue. @type {Set<object>} */
  #holders = new Set();
  #isCollected = false;
  /** The attempt that ended with the source. @type {AttemptSummary | undefined} */
  #lastAttempt;
  /** Whether the event that was dispatched last had DOM listeners. */
  #isShown = false;

  /** @param {Settings} settings @param {Host} host */
  constructor(settings, host) {
    this.settings = settings;
    this.host = host;
    this.writeToConsole = consoleLines(host);
  }

  // Implemented by `Connection`

  /** @abstract @returns {boolean} */
  get isClosed() {
    return true;
  }

  /** @abstract @param {boolean} [_isDropped] */
  close(_isDropped) {}

  /** Handles an input. @abstract @param {Input} _input @returns {boolean} */
  receive(_input) {
    return false;
  }

  /** Starts to report gaps. @abstract */
  trackIds() {}

  // Listening

  /** Closes a source that was garbage-collected and has no listeners: nobody else can close it. */
  collected() {
    this.#isCollected = true;
    this.#closeUnlistened();
  }

  /** @param {string} name */
  subscribe(name) {
    let subscription = this.subscriptions.get(name);
    if (!subscription) {
      subscription = this.newSubscription(name);
      this.subscriptions.set(name, subscription);
      this.transport?.listen(subscription);
    }
    return subscription;
  }

  /** @param {string} name @returns {Subscription} */
  newSubscription(name) {
    const { terminalEvent, failureEvent, parse } = this.settings;
    return {
      name,
      parse: parseOf(name, parse),
      decode: decoder(name, this.settings),
      terminalFlag: name === failureEvent ? IS_FAILURE_EVENT : terminalEvent?.includes(name) ? IS_TERMINAL_EVENT : 0,
      listeners: new Listeners(),
      domListeners: 0,
    };
  }

  /** @param {(event: TypedEvent) => void} callback */
  onAny(callback) {
    if (!this.isClosed && this.settings.transport !== "fetch") {
      const message = 'the browser\'s own transport delivers only events whose names are listened to: `onAny` needs `transport: "fetch"`';
      throw new EventSourceError("unsupported", message);
    }
    const isFirst = this.anyListeners.isEmpty;
    const undo = this.#add(this.anyListeners, callback);
    if (isFirst) this.transport?.listenToAll?.(true);
    return () => {
      undo();
      if (this.anyListeners.isEmpty) this.transport?.listenToAll?.(false);
    };
  }

  /**
   * @param {string} name
   * @param {(event: TypedEvent) => void} callback
   */
  on(name, callback) {
    if (this.isClosed) return () => {};
    const undo = this.subscribe(name).listeners.add(callback);
    return () => {
      undo();
      this.#unsubscribe(name);
      this.#closeUnlistened();
    };
  }

  /**
   * Counts a DOM listener. Returns a function to call once, when the listener is removed.
   *
   * @param {string} name
   * @param {EventTarget} target
   * @param {() => void} release Removes it once the source has closed.
   */
  onDom(name, target, release) {
    if (this.isClosed) return () => {};
    const subscription = this.subscribe(name);
    subscription.domListeners += 1;
    this.#releases.add(release);
    this.#target = target;
    return () => {
      subscription.domListeners -= 1;
      this.#releases.delete(release);
      if (!this.#releases.size) this.#target = undefined;
      this.#unsubscribe(name);
    };
  }

  /** @param {(state: State) => void} callback */
  onState(callback) {
    return this.#add(this.#states, callback);
  }

  /** @param {(error: EventSourceError) => void} callback */
  onError(callback) {
    return this.#add(this.#errors, callback);
  }

  /** @param {(attempt: AttemptSummary) => void} callback */
  onAttempt(callback) {
    return this.#add(this.#attempts, callback);
  }

  /** @param {(gap: Gap) => void} callback */
  onGap(callback) {
    this.trackIds();
    return this.#add(this.#gaps, callback);
  }

  /** @param {Listeners} listeners @param {(argument: any) => void} callback */
  #add(listeners, callback) {
    if (this.isClosed) return () => {};
    const undo = listeners.add(callback);
    return () => {
      undo();
      this.#closeUnlistened();
    };
  }

  /**
   * Listens to the events of these names, or to all. Returns a function that ends this.
   *
   * @param {string[] | undefined} names
   * @param {(event: TypedEvent) => void} callback
   */
  #listen(names, callback) {
    const undos = names ? [...new Set(names)].map((name) => this.on(name, callback)) : [this.onAny(callback)];
    return () => undos.forEach((undo) => undo());
  }

  /** @param {string[] | undefined} names @param {(events: TypedEvent[]) => void} handler @param {import("./index.js").BatchOptions} [options] */
  onBatch(names, handler, options) {
    const batch = new Batch(paceOf(this.host, options), handler, () => this.receive(() => batch.handOver()));
    const undo = this.#listen(names, (event) => {
      if (batch.add(event)) this.shouldYield = true;
    });
    this.#batches.add(batch);
    return () => {
      this.#batches.delete(batch);
      batch.drop();
      undo();
    };
  }

  /** Hands over what has gathered, before anything else is told. */
  #handOverBatches() {
    for (const batch of this.#batches) batch.handOver();
  }

  /** @param {string[] | undefined} names @param {import("./index.js").BatchOptions} [options] */
  batches(names, options) {
    return this.iterate(names, paceOf(this.host, options));
  }

  /** @param {string[] | undefined} names @param {import("./batches.js").Pace} [pace] Of an iteration over batches. */
  iterate(names, pace) {
    let undo = () => {};
    const queue = new EventQueue(this.settings.queue, () => this.holdBack(queue, false), pace);
    const leave = () => {
      // It was left before, or the source has closed.
      if (!this.#queues.delete(queue)) return;
      undo();
      // If the source closes now, the transport must not read on first: nobody is to get what waits there.
      if (this.settings.closeAfterLoop && !this.#hasEventListeners()) this.close();
      else this.holdBack(queue, false);
    };
    if (this.state.type === "closed") queue.end(...thrownBy(this.state.reason));
    else {
      undo = this.#listen(names, (event) => this.#push(queue, event));
      this.#queues.add(queue);
    }
    return whenCollected(queue.iterator(leave), leave);
  }

  /** @param {EventQueue} queue @param {TypedEvent} event */
  #push(queue, event) {
    const outcome = queue.push(event);
    if (queue.needsTurn) {
      this.shouldYield = true;
      if (queue.waits) this.holdBack(queue, true);
    }
    if (!outcome) return;
    const { dropped } = queue;
    const message =
      "the queue of an iteration was full: consume faster, enlarge `queue.capacity`, or over `fetch` let it wait (`whenFull`)";
    const error = new EventSourceError("queue-overflow", message, { dropped });
    if (outcome === "full") this.receive(overflowed(error));
    else this.tell(error);
  }

  get isHeldBack() {
    return this.#holders.size > 0;
  }

  /** Makes the transport read no further, or read on once nothing holds it back. @param {object} holder @param {boolean} holdsBack */
  holdBack(holder, holdsBack) {
    const wasHeldBack = this.isHeldBack;
    this.#holders[holdsBack ? "add" : "delete"](holder);
    if (this.isHeldBack === wasHeldBack) return;
    this.receive(heldBack(holdsBack));
    this.transport?.holdBack?.(holdsBack);
  }

  /** @param {string} name */
  #unsubscribe(name) {
    const subscription = this.subscriptions.get(name);
    const isForData = name === "message" && this.settings.terminalData !== undefined;
    if (
      this.isClosed ||
      isForData ||
      !subscription ||
      subscription.terminalFlag ||
      subscription.parse === "skip" ||
      subscription.domListeners ||
      !subscription.listeners.isEmpty
    )
      return;
    this.subscriptions.delete(name);
    this.transport?.unlisten(subscription);
  }

  #closeUnlistened() {
    if (
      !this.#isCollected ||
      this.#target ||
      [this.#gaps, this.#errors, this.#states, this.#attempts].some(({ isEmpty }) => !isEmpty) ||
      this.#hasEventListeners()
    )
      return;
    this.close(true);
  }

  /** Whether anybody listens to events, and not only to what happens to the connection. */
  #hasEventListeners() {
    for (const { name, listeners, domListeners } of this.subscriptions.values()) {
      if (!listeners.isEmpty || (domListeners && !/^(open|error)$/.test(name))) return true;
    }
    return !this.anyListeners.isEmpty || this.#queues.size > 0;
  }

  // Reporting

  /**
   * @param {EventSourceError} error
   * @param {number} follows The number of what follows.
   * @param {State} state
   */
  report(error, follows, state) {
    if (!this.hear(error, follows, state)) this.writeToConsole(error);
  }

  /** Reports an error. Returns whether anybody listens. @param {EventSourceError} error @param {number} follows @param {State} state */
  hear(error, follows, state) {
    if (follows === FOLLOWS_STATE) {
      this.state = state;
      this.dispatch("error", { error });
    }
    return this.#call(error, follows === FOLLOWS_CLOSE ? this.#hasDomListeners("error") : follows && this.#isShown);
  }

  /** @param {State} state */
  enterState(state) {
    this.#handOverBatches();
    if (this.isClosed) return;
    this.state = state;
    noteWait(state, this.host);
    if (state.type === "open") {
      if (this.#releases.size) this.shouldYield = true;
      const { response } = state;
      this.dispatch("open", response && { response });
    }
    if (!this.isClosed) this.announce(state);
  }

  /** @param {State} state */
  announce(state) {
    this.#states.call(state);
  }

  /** @param {Gap} gap */
  tellGap(gap) {
    this.#handOverBatches();
    this.#gaps.call(gap);
  }

  /** @param {AttemptSummary} attempt */
  tellAttempt(attempt) {
    this.#attempts.call(attempt);
  }

  /** Tells of the attempt that ended with the source, once its end may be told. @param {AttemptSummary} attempt */
  tellLastAttempt(attempt) {
    this.#lastAttempt = attempt;
  }

  /** Reports an error that changes no state. @param {EventSourceError} error */
  tell(error) {
    if (!this.#call(error)) this.writeToConsole(error);
  }

  /** Reports the error that ended the source. Returns whether anybody listens. @param {EventSourceError} error */
  tellClosingError(error) {
    return this.#call(error, this.#isShown) || this.#queues.size > 0;
  }

  /** @param {EventSourceError} error @param {unknown} [isShown] Whether a DOM listener is told about it too. */
  #call(error, isShown) {
    const isHeard = isShown || !this.#errors.isEmpty;
    this.#errors.call(error);
    return isHeard;
  }

  /** The DOM's event, which here also has an error or a response. @param {string} type @param {object} [details] */
  dispatch(type, details) {
    this.#isShown = this.#hasDomListeners(type);
    this.#target?.dispatchEvent(Object.assign(new Event(type), details));
  }

  /** @param {string} type */
  #hasDomListeners(type) {
    return Boolean(this.subscriptions.get(type)?.domListeners);
  }

  /** The DOM's event of a message. @param {Subscription} subscription @param {string} data @param {EventMeta} meta */
  dispatchMessage({ name }, data, meta) {
    this.#target?.dispatchEvent(new MessageEvent(name, typedEvent(name, data, meta)));
  }

  /** Drops the listeners to events and gaps. */
  clearListeners() {
    for (const { listeners } of this.subscriptions.values()) listeners.clear();
    this.anyListeners.clear();
    this.#gaps.clear();
  }

  /**
   * Reports the end, and drops the listeners.
   *
   * @param {Extract<State, { type: "closed" }>} state
   * @param {boolean} [isReported] Whether its error was already reported.
   */
  tellEnd(state, isReported) {
    this.#handOverBatches();
    this.#batches.clear();
    if (this.#lastAttempt) this.tellAttempt(this.#lastAttempt);
    const error = errorOf(state.reason);
    if (error && !isReported && !this.tellClosingError(error)) this.writeToConsole(error, true);
    for (const queue of this.#queues) queue.end(...thrownBy(state.reason));
    this.announce(state);
    this.writeToConsole(undefined);
    this.#errors.clear();
    this.#states.clear();
    this.#attempts.clear();
    this.#queues.clear();
    for (const release of this.#releases) release();
    this.#releases.clear();
    this.subscriptions.clear();
    this.#target = undefined;
  }
}

/** @typedef {import("./index.js").CloseReason} CloseReason */

/** The error that closed the source, if one did. @param {CloseReason} reason @returns {any} */
export const errorOf = (reason) => (reason.type === "policy" ? reason.error : undefined);

/** What an iteration throws at its end, if anything. A signal's reason may be any value. @param {CloseReason} reason */
const thrownBy = (reason) => (reason.type === "aborted" ? [reason.reason] : [errorOf(reason)].filter(Boolean));
