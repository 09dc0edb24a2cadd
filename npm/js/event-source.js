// @ts-check
import { isObject } from "./checks.js";
import { browser, standIns } from "./host.js";
import { memory } from "./init.js";
import { messageName } from "./message-name.js";
import { settings } from "./options.js";
import { joinOrOpen } from "./sharing.js";
import { BrowserTransport } from "./transport/browser.js";
import { FetchTransport } from "./transport/fetch.js";

/** @typedef {import("./connection.js").Connection} Connection */
/** @typedef {import("./typed-event.js").TypedEvent} TypedEvent */
/** @typedef {((event: any) => void) | null} Handler */

/** @type {{ [name: string]: number }} */
const STATES = { CONNECTING: 0, OPEN: 1, CLOSED: 2 };

/** Ends what nobody can end any more. @type {FinalizationRegistry<Connection>} */
const registry = new FinalizationRegistry((connection) => connection.collected());

/** The standard's interface, and what stands on top of it. */
export class EventSource extends EventTarget {
  #connection;
  #url;
  #withCredentials;
  /** The handlers that are attributes, and what listens in their place. @type {Map<string, { handler: any, listener: (event: Event) => void }>} */
  #handlers = new Map();

  /** @param {string | URL} url @param {unknown} [init] */
  constructor(url, init = undefined) {
    super();
    if (arguments.length === 0) throw new TypeError("EventSource: 1 argument required, but only 0 present");
    memory();
    const chosen = settings(init);
    this.#url = resolve(`${url}`);
    this.#withCredentials = chosen.withCredentials;
    this.#connection = open(this.#url, chosen);
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
    // As many arguments as were given: the DOM refuses too few.
    super.addEventListener(.../** @type {[any, any, any]} */ (/** @type {unknown} */ (arguments)));
    if (callback === null || callback === undefined || this.#connection.isClosed) return;
    this.#connection.target = this;
    this.#connection.subscribe(String(type)).isDom = true;
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
  const standIn = standIns.find((standIn) => standIn.serves(url));
  if (standIn) return joinOrOpen(url, settings, standIn.host, (...from) => standIn.connect(url, settings, ...from));
  const Transport = settings.isFetch ? FetchTransport : BrowserTransport;
  return joinOrOpen(url, settings, browser, (...from) => new Transport(url, settings, ...from));
}

/** @param {string} url */
export function resolve(url) {
  try {
    return new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href ?? standIns[0]?.base).href;
  } catch {
    throw new DOMException(`EventSource: ${JSON.stringify(url)} is no valid URL`, "SyntaxError");
  }
}
