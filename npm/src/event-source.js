// @ts-check
import { isObject } from "./checks.js";
import { browser, testBackends } from "./host.js";
import { memory } from "./init.js";
import { messageName } from "./message-name.js";
import { parseSettings } from "./options.js";
import { joinOrOpen } from "./sharing.js";
import { BrowserTransport } from "./transport/browser.js";
import { FetchTransport } from "./transport/fetch.js";

/** @typedef {import("./connection.js").Connection} Connection */
/** @typedef {import("./typed-event.js").TypedEvent} TypedEvent */
/** @typedef {((event: any) => void) | null} Handler */
/** @typedef {{ callback: any, isCapture: boolean, listener: any, forget: () => void }} DomListener */

/** @type {{ [name: string]: number }} */
const STATES = { CONNECTING: 0, OPEN: 1, CLOSED: 2 };

/** Closes a source that nobody can close any more. @type {FinalizationRegistry<Connection>} */
const registry = new FinalizationRegistry((connection) => connection.collected());

/** The standard's interface, and what stands on top of it. */
export class EventSource extends EventTarget {
  #connection;
  #url;
  #withCredentials;
  /** The handlers that are attributes, and what listens in their place. @type {Map<string, { handler: any, listener: (event: Event) => void }>} */
  #handlers = new Map();
  /** The listeners of the DOM, by type, so that it is known when the last one is gone. @type {Map<string, DomListener[]>} */
  #listeners = new Map();
  /** What ends the handlers that were assigned to a method, by its name. @type {{ [name: string]: () => void }} */
  #assigned = {};

  /** @param {string | URL} url @param {unknown} [init] */
  constructor(url, init = undefined) {
    super();
    if (arguments.length === 0) throw new TypeError("EventSource: 1 argument required, but only 0 present");
    memory();
    const settings = parseSettings(init);
    this.#url = resolve(`${url}`);
    this.#withCredentials = settings.withCredentials;
    this.#connection = open(this.#url, settings);
    registry.register(this, this.#connection);
  }

  get url() {
    return this.#url;
  }

  get withCredentials() {
    return this.#withCredentials;
  }

  get readyState() {
    // One that waits is connecting, by the standard.
    return STATES[this.#connection.state.type.toUpperCase()] ?? STATES.CONNECTING;
  }

  get onopen() {
    return this.#handler("open");
  }

  set onopen(handler) {
    this.#setHandler("open", handler);
  }

  get onmessage() {
    return this.#handler("message");
  }

  set onmessage(handler) {
    this.#setHandler("message", handler);
  }

  get onerror() {
    return this.#handler("error");
  }

  set onerror(handler) {
    this.#setHandler("error", handler);
  }

  /**
   * @param {string} type
   * @param {EventListenerOrEventListenerObject | null} callback
   * @param {boolean | AddEventListenerOptions} [options]
   */
  addEventListener(type, callback, options) {
    const { isCapture, once, signal } = flatten(options);
    const known = this.#listener(type, callback, isCapture);
    /** @type {any} */
    let listener = known?.listener ?? callback;
    const isNew = isObject(callback) && !known && !signal?.aborted && !this.#connection.isClosed;
    if (isNew && once) {
      listener = (/** @type {Event} */ event) => {
        added.forget();
        if (typeof callback === "function") callback.call(this, event);
        else callback?.handleEvent(event);
      };
    }
    this.#withListener(super.addEventListener, arguments, listener);
    if (!isNew) return;
    const name = `${type}`;
    // Signals outlive the source.
    const undo = this.#connection.onDom(name, this, () => signal && this.removeEventListener(name, callback, isCapture));
    const others = () => (this.#listeners.get(name) ?? []).filter((other) => other !== added);
    /** @type {DomListener} */
    const added = {
      callback,
      isCapture,
      listener,
      forget: () => {
        this.#listeners.set(name, others());
        if (!others().length) this.#listeners.delete(name);
        signal?.removeEventListener("abort", added.forget);
        undo();
      },
    };
    this.#listeners.set(name, [...others(), added]);
    signal?.addEventListener("abort", added.forget);
  }

  /**
   * @param {string} type
   * @param {EventListenerOrEventListenerObject | null} callback
   * @param {boolean | EventListenerOptions} [options]
   */
  removeEventListener(type, callback, options) {
    const known = this.#listener(type, callback, flatten(options).isCapture);
    this.#withListener(super.removeEventListener, arguments, known?.listener ?? callback);
    known?.forget();
  }

  /** @param {unknown} type @param {unknown} callback @param {boolean} isCapture */
  #listener(type, callback, isCapture) {
    return this.#listeners.get(`${type}`)?.find((known) => known.callback === callback && known.isCapture === isCapture);
  }

  /** With as many arguments as were given: the DOM refuses too few. @param {Function} method @param {IArguments} given @param {unknown} listener */
  #withListener(method, given, listener) {
    method.apply(
      this,
      Array.from(given, (argument, index) => (index === 1 ? listener : argument)),
    );
  }

  close() {
    this.#connection.close();
  }

  // On top of the standard

  get state() {
    return this.#connection.state;
  }

  get lastEventId() {
    return this.#connection.lastEventId;
  }

  get closed() {
    return this.#connection.closed;
  }

  /** @param {string} name @param {(event: TypedEvent) => void} handler */
  on(name, handler) {
    return this.#connection.on(messageName(name), handler);
  }

  /** @param {string[]} names */
  events(...names) {
    if (names.length === 0) throw new TypeError("EventSource: `events` needs names of events");
    return this.#connection.iterate(names.map(messageName));
  }

  /** @param {(state: any) => void} handler */
  onState(handler) {
    return this.#connection.onState(handler);
  }

  /** @param {(gap: any) => void} handler */
  onGap(handler) {
    return this.#connection.onGap(handler);
  }

  /** @param {(error: any) => void} handler */
  onError(handler) {
    return this.#connection.onError(handler);
  }

  // So near to `onerror`, that somebody will assign: what is assigned is called until something else is.
  static {
    for (const name of /** @type {const} */ (["onState", "onGap", "onError"])) {
      const method = this.prototype[name];
      Object.defineProperty(this.prototype, name, {
        get: () => method,
        /** @this {EventSource} @param {any} handler */
        set(handler) {
          this.#assigned[name]?.();
          this.#assigned[name] = typeof handler === "function" ? method.call(this, handler) : () => {};
        },
        configurable: true,
      });
    }
  }

  /** @param {string} type @returns {Handler} */
  #handler(type) {
    return this.#handlers.get(type)?.handler ?? null;
  }

  /** By the standard's rules for event handlers: one keeps its place among the listeners while it is exchanged. @param {string} type @param {any} handler */
  #setHandler(type, handler) {
    const isHandler = isObject(handler);
    const known = this.#handlers.get(type);
    if (known && isHandler) {
      known.handler = handler;
    } else if (known) {
      this.removeEventListener(type, known.listener);
      this.#handlers.delete(type);
    } else if (isHandler) {
      const listener = (/** @type {Event} */ event) => {
        const current = this.#handler(type);
        if (typeof current === "function") current.call(this, event);
      };
      this.#handlers.set(type, { handler, listener });
      this.addEventListener(type, listener);
    }
  }
}

/** What the DOM makes of the options of a listener. @param {any} options */
function flatten(options) {
  const { capture, once, signal } = isObject(options) ? options : { capture: options };
  return { isCapture: Boolean(capture), once, signal: /** @type {AbortSignal | undefined} */ (signal) };
}

// As the standard has them, and unlike those of other classes, they are found by `for … in`.
for (const name of ["url", "withCredentials", "readyState", "onopen", "onmessage", "onerror", "close"]) {
  Object.defineProperty(EventSource.prototype, name, { enumerable: true });
}
const constants = Object.entries(STATES).map(([name, value]) => [name, { value, enumerable: true }]);
Object.defineProperties(EventSource, Object.fromEntries(constants));
Object.defineProperties(EventSource.prototype, {
  ...Object.fromEntries(constants),
  [Symbol.toStringTag]: { value: "EventSource", configurable: true },
  // Where the engine knows no such symbol, TypeScript and others fill in this one.
  [Symbol.dispose ?? Symbol.for("Symbol.dispose")]: { value: EventSource.prototype.close, configurable: true, writable: true },
});

/** @param {string} url @param {import("./options.js").Settings} settings */
function open(url, settings) {
  const backend = testBackends.find((backend) => backend.serves(url));
  if (backend) return joinOrOpen(url, settings, backend.host, (...from) => backend.connect(url, settings, ...from));
  const Transport = settings.isFetch ? FetchTransport : BrowserTransport;
  return joinOrOpen(url, settings, browser, (...from) => new Transport(url, settings, ...from));
}

/** @param {string} url */
export function resolve(url) {
  try {
    return new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href ?? testBackends[0]?.base).href;
  } catch {
    throw new DOMException(`EventSource: ${JSON.stringify(url)} is not a valid URL`, "SyntaxError");
  }
}
