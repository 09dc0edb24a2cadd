// @ts-check
// One source, behind its handle: it tells the policy's machine what happens, does what that decides, and tells whoever
// listens.

import { Alarm } from "./alarm.js";
import { milliseconds, oneOf } from "./checks.js";
import { EventSourceError, messageOf, report } from "./error.js";
import { EventIterator } from "./event-iterator.js";
import { Listeners } from "./listeners.js";
import { startMachine } from "./policy.js";
import { BrowserTransport } from "./transport/browser.js";
import { FetchTransport, isRepeatable } from "./transport/fetch.js";
import { TypedEvent, decoder } from "./typed-event.js";

/** @typedef {import("./index.js").CloseReason} CloseReason */
/** @typedef {import("./index.js").State} State */
/** @typedef {import("./typed-event.js").RawEvent} RawEvent */
/** @typedef {import("./typed-event.js").Settings} Settings */
/** @typedef {import("./wasm/typed_eventsource.js").Action} Action */
/** @typedef {import("./wasm/typed_eventsource.js").Outlook} Outlook */
/** @typedef {import("./wasm/typed_eventsource.js").Tick} Tick */

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
  /** Whether a consumer ought to have a turn before its queue is full. */
  isCongested = false;

  #url;
  #settings;
  #machine;
  /** @type {BrowserTransport | FetchTransport | undefined} */
  #transport;
  #lastEventId;
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
  #alarm = new Alarm((late) => this.#heed(this.#machine.tick(performance.now(), Math.random(), late)));
  #isCollected = false;
  /** @type {(reason: CloseReason) => void} */
  #resolveClosed = () => {};

  #abort = () => this.close();
  #online = () => this.#heed(this.#machine.online(performance.now(), Math.random()));

  /**
   * @param {string} url Resolved.
   * @param {Settings} settings
   */
  constructor(url, settings) {
    this.#url = url;
    this.#settings = settings;
    this.#lastEventId = settings.lastEventId ?? "";
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve));
    this.#machine = startMachine(settings.policy, !settings.isFetch || isRepeatable(settings));
    const { terminalEvent, terminalData, signal } = settings;
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
    globalThis.addEventListener?.("online", this.#online);
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
    this.#end({ type: "requested" });
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
    const message = "the queue of an iteration was full: consume faster or give it a larger `queue.capacity`";
    const error = new EventSourceError("queue-overflow", message);
    if (outcome === "full") this.#closeBecause(error);
    else this.#tell(error);
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
    if (!this.#isCollected || !this.#errors.isEmpty || !this.#states.isEmpty || this.#iterators.size) return;
    for (const { listeners } of this.subscriptions.values()) if (!listeners.isEmpty) return;
    this.#end({ type: "dropped" });
  }

  // What a transport tells

  opened() {
    this.#machine.opened(performance.now());
    this.#arm();
    this.#enter({ type: "open" }, new Event("open"));
  }

  /** Something has come: an event, or else a comment. @param {boolean} isEvent */
  heard(isEvent) {
    if (!this.#settings.policy.idle && !this.#hasFailed) return;
    const now = performance.now();
    if (!isEvent) return this.#machine.comment(now);
    this.#machine.event(now);
    this.#hasFailed = false;
  }

  /** The server has set the reconnection time. @param {number} time */
  retry(time) {
    this.#machine.retry(time);
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
    if (terminalData !== undefined && raw.data === terminalData) return this.#end({ type: "finished" });
    if (isDom) this.target?.dispatchEvent(new MessageEvent(name, messageInit(raw)));
    if (snapshot.length && !listeners.isEmpty) this.#deliver(subscription, raw, snapshot);
    if (name === terminalEvent) this.#end({ type: "finished" });
  }

  /** @param {Subscription} subscription @param {RawEvent} raw @param {readonly import("./listeners.js").Listener[]} snapshot */
  #deliver({ name, listeners, decode }, raw, snapshot) {
    let data;
    try {
      data = decode(raw);
    } catch (exception) {
      const error = /** @type {EventSourceError} */ (exception);
      // What decodes is the user's, and may have closed the source.
      if (this.isClosed) return this.#tell(error);
      this.#hasUndecoded = true;
      this.#machine.decodeFailed(performance.now());
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
    const now = performance.now();
    this.#machine.lost(outlook, causeOf(error), error.status ?? 0, retryAfter, now, Math.random());
    this.#connectionFailed(error, outlook === "reconnecting");
  }

  /** There is no connection any more, and the server wants no other. */
  finished() {
    this.#end({ type: "finished" }, new Event("error"));
  }

  // What becomes of it

  #connect() {
    const Transport = this.#settings.isFetch ? FetchTransport : BrowserTransport;
    this.#transport = new Transport(this.#url, this.#lastEventId, this.#settings, this);
    for (const subscription of this.subscriptions.values()) this.#transport.listen(subscription);
  }

  #disconnect() {
    this.#lastEventId = this.lastEventId;
    this.#transport?.close();
    this.#transport = undefined;
  }

  #reopen() {
    this.#enter({ type: "connecting" });
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
    const after = this.#machine.limitValue;
    switch (tick) {
      case "connect":
        this.#reopen();
        break;
      case "slowOpen":
        this.#connectionFailed(new EventSourceError("open-timeout", `the connection was not open after ${after} ms`, { after }));
        break;
      case "idle":
        this.#connectionFailed(new EventSourceError("idle", `no sign of life for ${after} ms`, { after }));
        break;
      case "woken":
        this.#connectionFailed(new EventSourceError("suspended", "the connection may not have outlived a sleep of the page or a change of the network"));
        break;
      case "close":
        this.#closeBecause(this.#limited());
    }
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
    const [decision, wait = 0] = (rule && this.#ask(rule, error)) ?? [];
    if (this.isClosed) return this.#tell(error);
    const machine = this.#machine;
    machine.settle(decision, wait, performance.now());
    const { action, after, failures: attempt } = machine;
    this.#arm();
    if (action === "close") {
      const last = this.#limited(error);
      if (last !== error) this.#tell(error, true);
      this.#closeBecause(last);
    } else if (action === "reopen") {
      this.#hasFailed = true;
      this.#disconnect();
      this.#enter({ type: "waiting", attempt, retryIn: after }, errorEvent(error), error);
    } else if (isReconnecting) {
      this.#enter({ type: "waiting", attempt }, errorEvent(error), error);
    } else {
      this.#tell(error);
    }
  }

  /**
   * Asks the user's own rule.
   *
   * @param {Function} rule
   * @param {EventSourceError} error
   * @returns {[Action, number] | undefined}
   */
  #ask(rule, error) {
    const { failures, decodeErrors, downFor, action, after } = this.#machine;
    const proposed = { type: action, ...(action === "reopen" && { after }) };
    try {
      const { type, after } = rule({ error, failures, decodeErrors, downFor, proposed }) ?? proposed;
      return [DECISION(type, "policy.rule(…).type"), type === "reopen" ? milliseconds(after, "policy.rule(…).after") : 0];
    } catch (exception) {
      report(exception);
    }
  }

  /** The error that names the limit which was reached, or just what went wrong. @param {EventSourceError} [error] */
  #limited(error) {
    const { reached, limitValue } = this.#machine;
    if (reached === "tooMany") {
      return new EventSourceError("too-many", `${limitValue} times in a row is too often: ${error?.message}`, {
        count: limitValue,
        cause: error,
      });
    }
    if (reached === "downTooLong") {
      const cause = error ?? this.#lastFailure;
      const detail = cause ? `: ${cause.message}` : "";
      return new EventSourceError("down-too-long", `the source has been down for ${limitValue} ms${detail}`, {
        after: limitValue,
        cause,
      });
    }
    return error ?? new EventSourceError("given-up", "the policy has closed the source");
  }

  /** @param {EventSourceError} error */
  #closeBecause(error) {
    this.#end({ type: "policy", error }, errorEvent(error));
  }

  /**
   * @param {State} state
   * @param {Event} [event] By which the DOM tells of it.
   * @param {EventSourceError} [error] Which has led to it.
   */
  #enter(state, event, error) {
    this.state = state;
    if (event) this.target?.dispatchEvent(event);
    if (error) this.#tell(error, true);
    if (this.state === state) this.#states.call(state);
  }

  /**
   * Tells of an error.
   *
   * @param {EventSourceError} error
   * @param {boolean} [isShown] Whether an event of the DOM carries it too.
   */
  #tell(error, isShown) {
    const isUnheard = this.#errors.isEmpty && !(isShown && this.subscriptions.get("error")?.isDom);
    this.#errors.call(error);
    if (isUnheard) console.error("typed-eventsource:", error);
  }

  /**
   * Ends the source at once. Whoever is to hear of that hears it once the callback has returned that has brought it
   * about.
   *
   * @param {CloseReason} reason
   * @param {Event} [event] By which the DOM tells of it.
   */
  #end(reason, event) {
    if (this.isClosed) return;
    const state = (this.state = /** @type {const} */ ({ type: "closed", reason }));
    this.#disconnect();
    this.#machine.free();
    this.#alarm.stop();
    this.#settings.signal?.removeEventListener("abort", this.#abort);
    globalThis.removeEventListener?.("online", this.#online);
    for (const { listeners } of this.subscriptions.values()) listeners.clear();
    if (event) this.target?.dispatchEvent(event);
    queueMicrotask(() => {
      const error = errorOf(reason);
      if (error && !this.#iterators.size) this.#tell(error, true);
      else if (error) this.#errors.call(error);
      for (const iterator of this.#iterators) iterator.end(error);
      this.#states.call(state);
      this.#resolveClosed(reason);
      this.#errors.clear();
      this.#states.clear();
      this.#iterators.clear();
      this.subscriptions.clear();
      // What the user's functions have captured may be the source, and who waits for its collection holds this.
      this.target = undefined;
      this.#settings = /** @type {any} */ ({});
    });
  }

  #arm() {
    if (!this.isClosed) this.#alarm.set(this.#machine.deadline ?? Infinity);
  }
}

const DECISION = oneOf("keepWaiting", "reopen", "close");

/** @param {EventSourceError} error */
function causeOf({ code }) {
  switch (code) {
    case "status":
      return "status";
    case "content-type":
      return "contentType";
    case "event-too-large":
    case "invalid-request":
      return "lasting";
    default:
      return "other";
  }
}

/** The DOM's event, which tells more here than elsewhere. @param {EventSourceError} error */
const errorEvent = (error) => Object.assign(new Event("error"), { error });

/** What a message has of its own: all that an event has is slow to ask for. @param {RawEvent} raw */
const messageInit = ({ data, lastEventId, origin }) => ({ data, lastEventId, origin });

/** @param {CloseReason} reason @returns {any} */
const errorOf = (reason) => (reason.type === "policy" ? reason.error : undefined);
