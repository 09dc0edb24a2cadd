// @ts-check
// One source, behind its handle: it tells the policy's machine what happens, does what that decides, and tells whoever
// listens.

import { Alarm } from "./alarm.js";
import { EventSourceError, messageOf } from "./error.js";
import { EventIterator } from "./event-iterator.js";
import { Ids } from "./ids.js";
import { Listeners } from "./listeners.js";
import { startMachine } from "./policy.js";
import { ask, broughtBy, limited } from "./trouble.js";
import { TypedEvent, copy, decoder } from "./typed-event.js";

/** @typedef {import("./index.js").CloseReason} CloseReason */
/** @typedef {import("./index.js").Gap} Gap */
/** @typedef {import("./index.js").State} State */
/** @typedef {import("./host.js").Host} Host */
/** @typedef {import("./typed-event.js").RawEvent} RawEvent */
/** @typedef {import("./typed-event.js").Settings} Settings */
/** @typedef {import("./wasm/typed_eventsource.js").Cause} Cause */
/** @typedef {import("./wasm/typed_eventsource.js").Outlook} Outlook */
/** @typedef {import("./wasm/typed_eventsource.js").Tick} Tick */

/**
 * What carries the events. It tells a connection of them, though never from within its making, nor once it is closed.
 *
 * @typedef {{
 *   readonly lastEventId: string,
 *   listen: (subscription: Subscription) => void,
 *   unlisten: (subscription: Subscription) => void,
 *   heedIds?: () => void,
 *   close: () => void,
 * }} Transport
 */

/** The events of one name, and who listens to them. */
export class Subscription {
  /** Those to typed events. */
  listeners = new Listeners();
  /** Whether there are listeners of the DOM too. */
  isDom = false;

  /**
   * @param {string} name
   * @param {(raw: RawEvent) => unknown} decode
   */
  constructor(name, decode) {
    this.name = name;
    this.decode = decode;
  }
}

export class Connection {
  /** The names that somebody listens to. @type {Map<string, Subscription>} */
  subscriptions = new Map();
  /** The object with the DOM's listeners. Without them nothing here holds it, so that it may be collected. @type {EventTarget | undefined} */
  target;
  /** @type {State} */
  state = { type: "connecting" };
  /** @type {Promise<CloseReason>} */
  closed;
  /** What is known of ids, where somebody wants to know. @type {Ids | undefined} */
  ids;
  /** Whether a consumer ought to have a turn before its queue is full. */
  isCongested = false;

  #settings;
  #host;
  #open;
  #machine;
  /** @type {Transport | undefined} */
  #transport;
  #lastEventId;
  #gaps = new Listeners();
  #errors = new Listeners();
  #states = new Listeners();
  /** @type {Set<EventIterator>} */
  #iterators = new Set();
  /** @type {EventSourceError | undefined} */
  #lastFailure;
  /** Whether the machine has failures to forget at the next event. */
  #hasFailed = false;
  /** Whether it has undecoded events to forget at the next one that decodes. */
  #hasUndecoded = false;
  #alarm;
  #isCollected = false;
  /** @type {(reason: CloseReason) => void} */
  #resolveClosed = () => {};

  #abort = () => this.close();
  /** Ends the listening for the network's return. */
  #undoOnline = () => {};

  /**
   * @param {Settings} settings
   * @param {Host} host
   * @param {(lastEventId: string, connection: Connection) => Transport} open Opens a transport that goes on after this event.
   */
  constructor(settings, host, open) {
    this.#settings = settings;
    this.#host = host;
    this.#open = open;
    this.#lastEventId = settings.lastEventId ?? "";
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve));
    this.#machine = startMachine(settings.policy, settings.isRepeatable, host.now());
    this.#alarm = new Alarm(host, (late) => this.#heed(this.#machine.tick(host.now(), host.random(), late)));
    const { deduplicate, terminalEvent, terminalData, signal } = settings;
    if (deduplicate) this.ids = new Ids(deduplicate, this.#lastEventId);
    if (terminalEvent !== undefined) this.subscribe(terminalEvent);
    if (terminalData !== undefined) this.subscribe("message");
    if (signal?.aborted) {
      this.close();
      return;
    }
    try {
      this.#connect();
    } catch (error) {
      this.#machine.free();
      throw error;
    }
    signal?.addEventListener("abort", this.#abort);
    this.#undoOnline = host.onOnline(() => this.#heed(this.#machine.online(host.now(), host.random())));
    this.#arm();
  }

  get isClosed() {
    return this.state.type === "closed";
  }

  get lastEventId() {
    return this.#transport?.lastEventId ?? this.#lastEventId;
  }

  /** What nobody can end any more ends by itself: its source was collected, and nobody listens. */
  collected() {
    this.#isCollected = true;
    this.#endUnheard();
  }

  close() {
    this.end({ type: "requested" });
  }

  // Listening

  /** @param {string} name */
  subscribe(name) {
    let subscription = this.subscriptions.get(name);
    if (!subscription) {
      subscription = new Subscription(name, decoder(name, this.#settings));
      this.subscriptions.set(name, subscription);
      this.#transport?.listen(subscription);
    }
    return subscription;
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
      this.#endUnheard();
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

  /** @param {(gap: Gap) => void} callback */
  onGap(callback) {
    this.heedIds();
    return this.#add(this.#gaps, callback);
  }

  /** From now on. What is known by then is the last event id. */
  heedIds() {
    this.ids ??= new Ids(0, this.lastEventId);
    this.#transport?.heedIds?.();
  }

  /** @param {Listeners} listeners @param {(argument: any) => void} callback */
  #add(listeners, callback) {
    if (this.isClosed) return () => {};
    const undo = listeners.add(callback);
    return () => {
      undo();
      this.#endUnheard();
    };
  }

  /** @param {string[]} names */
  iterate(names) {
    /** @type {(() => void)[]} */
    let undos = [];
    const iterator = new EventIterator(this.#settings.queue, () => {
      this.#iterators.delete(iterator);
      undos.forEach((undo) => undo());
    });
    if (this.state.type === "closed") {
      iterator.end(errorOf(this.state.reason));
      return iterator;
    }
    this.#iterators.add(iterator);
    undos = [...new Set(names)].map((name) => this.on(name, (event) => this.#push(iterator, event)));
    return iterator;
  }

  /** @param {EventIterator} iterator @param {TypedEvent} event */
  #push(iterator, event) {
    const outcome = iterator.push(event);
    this.isCongested ||= iterator.isHalfFull;
    if (!outcome) return;
    const message = "the queue of an iteration was full: consume faster or enlarge `queue.capacity`";
    const error = new EventSourceError("queue-overflow", message);
    if (outcome === "full") this.#closeBecause(error);
    else this.tell(error);
  }

  /** @param {string} name */
  #unsubscribe(name) {
    const subscription = this.subscriptions.get(name);
    const { terminalEvent, terminalData } = this.#settings;
    const mayEnd = name === terminalEvent || (name === "message" && terminalData !== undefined);
    if (this.isClosed || mayEnd || !subscription || subscription.isDom || !subscription.listeners.isEmpty) return;
    this.subscriptions.delete(name);
    this.#transport?.unlisten(subscription);
  }

  #endUnheard() {
    if (!this.#isCollected || [this.#gaps, this.#errors, this.#states].some(({ isEmpty }) => !isEmpty) || this.#iterators.size) return;
    for (const { listeners } of this.subscriptions.values()) if (!listeners.isEmpty) return;
    this.end({ type: "dropped" });
  }

  // What a transport tells

  opened() {
    this.#machine.opened(this.#host.now());
    this.ids?.connected();
    this.#arm();
    this.enter({ type: "open" }, "open");
  }

  /** Something has come: an event, or else a comment. @param {boolean} isEvent */
  heard(isEvent) {
    if (!this.#settings.policy.idle && !this.#hasFailed) return;
    const now = this.#host.now();
    if (!isEvent) return this.#machine.comment(now);
    this.#machine.event(now);
    this.#hasFailed = false;
  }

  /** The server has set the reconnection time. @param {number} time */
  retry(time) {
    this.#machine.retry(time);
  }

  /**
   * Whether an event is to be handed over, and was not before. Tells of the gap in front of it.
   *
   * @param {string} name
   * @param {RawEvent} raw
   * @param {boolean} [hasOwnId] Whether it has an `id` field, where the transport knows.
   */
  admits(name, raw, hasOwnId) {
    const { ids } = this;
    // A message is slow to tell what it has.
    if (!ids) return true;
    const { data, lastEventId } = raw;
    const { terminalEvent, terminalData } = this.#settings;
    // Had the end come before, this would be over.
    const isEnd = name === terminalEvent || data === terminalData;
    if (ids.repeats(lastEventId, !isEnd && hasOwnId)) {
      this.heard(false);
      return false;
    }
    this.tellGap(ids.goOn(lastEventId));
    return !this.isClosed;
  }

  /** What nobody listens to has moved the last event id on. @param {string} id */
  passed(id) {
    this.tellGap(this.ids?.passed(id));
  }

  /**
   * An event, for those who listen.
   *
   * @param {Subscription} subscription
   * @param {RawEvent} raw
   */
  message(subscription, raw) {
    const { terminalEvent, terminalData } = this.#settings;
    const { name, isDom, listeners } = subscription;
    const { snapshot } = listeners;
    if (terminalData !== undefined && raw.data === terminalData) return this.end({ type: "finished" });
    if (isDom) this.target?.dispatchEvent(new MessageEvent(name, copy(name, raw)));
    if (snapshot.length && !listeners.isEmpty) this.#deliver(subscription, raw, snapshot);
    if (name === terminalEvent) this.end({ type: "finished" });
  }

  /** @param {Subscription} subscription @param {RawEvent} raw @param {readonly import("./listeners.js").Listener[]} snapshot */
  #deliver({ name, listeners, decode }, raw, snapshot) {
    let data;
    try {
      data = decode(raw);
    } catch (exception) {
      const error = /** @type {EventSourceError} */ (exception);
      // What decodes is the user's, and may have closed the source.
      if (this.isClosed) return this.tell(error);
      this.#hasUndecoded = true;
      this.#machine.decodeFailed(this.#host.now());
      return this.#resolve(error);
    }
    if (this.isClosed) return;
    if (this.#hasUndecoded) {
      this.#machine.decoded();
      this.#hasUndecoded = false;
    }
    listeners.call(new TypedEvent(name, data, raw), snapshot);
  }

  /**
   * There is no connection any more.
   *
   * @param {EventSourceError} error
   * @param {Outlook} outlook
   * @param {number} [retryAfter] How long the server wants no other, in milliseconds.
   */
  lost(error, outlook, retryAfter) {
    const now = this.#host.now();
    const cause = /** @type {Cause} */ (error.code);
    this.#machine.lost(outlook, cause, error.status ?? 0, retryAfter, now, this.#host.random());
    this.#connectionFailed(error, outlook === "reconnecting" || outlook === "replaceable");
  }

  /** There is no connection any more, and the server wants no other. */
  finished() {
    this.end({ type: "finished" }, "error");
  }

  // What becomes of it

  #connect() {
    this.#transport = this.#open(this.#lastEventId, this);
    for (const subscription of this.subscriptions.values()) this.#transport.listen(subscription);
  }

  #disconnect() {
    this.#lastEventId = this.lastEventId;
    this.#transport?.close();
    this.#transport = undefined;
  }

  #reopen() {
    this.enter({ type: "connecting" });
    if (this.isClosed) return;
    try {
      this.#connect();
    } catch (exception) {
      const isOurs = exception instanceof EventSourceError;
      this.lost(isOurs ? exception : new EventSourceError("given-up", messageOf(exception)), "failed");
    }
  }

  /** @param {Tick} tick */
  #heed(tick) {
    const error = broughtBy(tick, this.#machine.limitValue);
    if (error) this.#connectionFailed(error);
    else if (tick === "connect") this.#reopen();
    else if (tick === "close") this.#closeBecause(limited(this.#machine, undefined, this.#lastFailure));
    this.#arm();
  }

  /** @param {EventSourceError} error @param {boolean} [isReconnecting] */
  #connectionFailed(error, isReconnecting) {
    this.#hasFailed = true;
    this.#lastFailure = error;
    error.attempt = this.#machine.failures;
    this.#resolve(error, isReconnecting);
  }

  /**
   * Does what the policy decides.
   *
   * @param {EventSourceError} error
   * @param {boolean} [isReconnecting] Whether the browser makes another connection by itself.
   */
  #resolve(error, isReconnecting = false) {
    const { rule } = this.#settings.policy;
    const [decision, wait = 0] = (rule && ask(rule, this.#machine, error)) ?? [];
    if (this.isClosed) return this.tell(error);
    const machine = this.#machine;
    machine.settle(decision, wait, this.#host.now());
    const { action, after, failures: attempt } = machine;
    this.#arm();
    if (action === "close") {
      const last = limited(machine, error, this.#lastFailure);
      if (last !== error) this.tell(error, true);
      this.#closeBecause(last);
    } else if (action === "reopen") {
      this.#hasFailed = true;
      this.#disconnect();
      this.enter({ type: "waiting", attempt, retryIn: after }, "error", error);
    } else if (isReconnecting) {
      this.enter({ type: "waiting", attempt }, "error", error);
    } else {
      this.tell(error);
    }
  }

  /** @param {EventSourceError} error */
  #closeBecause(error) {
    this.end({ type: "policy", error }, "error");
  }

  /**
   * @param {State} state
   * @param {string} [type] Of the DOM's event that tells of it.
   * @param {EventSourceError} [error] Which has led to it.
   */
  enter(state, type, error) {
    this.state = state;
    if (type) this.dispatch(type, error);
    if (error) this.tell(error, true);
    if (this.state === state) this.announce(state);
  }

  /**
   * Tells of an error.
   *
   * @param {EventSourceError} error
   * @param {boolean} [isShown] Whether an event of the DOM carries it too.
   */
  tell(error, isShown) {
    if (!this.hear(error, isShown)) this.#host.report(error);
  }

  // What those who listen are told

  /** The DOM's event, which tells more here than elsewhere. @param {string} type @param {EventSourceError} [error] */
  dispatch(type, error) {
    this.target?.dispatchEvent(Object.assign(new Event(type), error && { error }));
  }

  /** Answers whether anybody hears of it. @param {EventSourceError} error @param {boolean} [isShown] */
  hear(error, isShown) {
    const isHeard = !this.#errors.isEmpty || (isShown && this.subscriptions.get("error")?.isDom);
    this.#errors.call(error);
    return isHeard || (this.isClosed && isShown && this.#iterators.size > 0);
  }

  /** @param {Gap} [gap] */
  tellGap(gap) {
    if (gap) this.#gaps.call(gap);
  }

  /** @param {State} state */
  announce(state) {
    this.#states.call(state);
  }

  /**
   * Ends the source at once. Whoever is to hear of that hears it once the callback has returned that has brought it
   * about.
   *
   * @param {CloseReason} reason
   * @param {string} [type] Of the DOM's event that tells of it.
   * @param {boolean} [isTold] Whether its error is told already.
   */
  end(reason, type, isTold) {
    if (this.isClosed) return;
    const error = errorOf(reason);
    const state = (this.state = /** @type {const} */ ({ type: "closed", reason }));
    this.#disconnect();
    this.#machine.free();
    this.#alarm.stop();
    this.#settings.signal?.removeEventListener("abort", this.#abort);
    this.#undoOnline();
    for (const { listeners } of this.subscriptions.values()) listeners.clear();
    this.#gaps.clear();
    if (type) this.dispatch(type, error);
    queueMicrotask(() => {
      if (error && !isTold) this.tell(error, true);
      for (const iterator of this.#iterators) iterator.end(error);
      this.announce(state);
      this.#resolveClosed(reason);
      this.#errors.clear();
      this.#states.clear();
      this.#iterators.clear();
      this.subscriptions.clear();
      // What the user's functions have captured may be the source, and who waits for its collection holds this.
      this.target = undefined;
      this.#settings = /** @type {any} */ ({});
      this.#open = /** @type {any} */ (undefined);
    });
  }

  #arm() {
    if (!this.isClosed) this.#alarm.set(this.#machine.deadline);
  }
}

/** @param {CloseReason} reason @returns {any} */
const errorOf = (reason) => (reason.type === "policy" ? reason.error : undefined);
