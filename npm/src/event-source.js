// @ts-check
import { isObject, optionError } from "./checks.js";
import { whenCollected } from "./collected.js";
import { start } from "./init.js";
import { messageName } from "./message-name.js";
import {} from "./names.js";
import { INPUT_PAUSE, INPUT_RECONNECT, INPUT_RESUME } from "./numbers.js";
import { open } from "./open.js";
import { parseSettings } from "./options.js";
import { resolve } from "./url.js";

/** @typedef {import("./typed-event.js").TypedEvent} TypedEvent */
/** @typedef {{ name: string, callback: any, isCapture: boolean, forget: () => void }} DomListener */

/** @type {{ [name: string]: number }} */
const STATES = { CONNECTING: 0, OPEN: 1, CLOSED: 2 };

/** The standard's interface, and additions to it. */
export class EventSource extends EventTarget {
  #connection;
  #url;
  #withCredentials;
  /** The handlers assigned to attributes, each in the listener that calls it. @type {Map<string, { handler: any, handleEvent: (event: Event) => void }>} */
  #handlers = new Map();
  /** The DOM listeners, kept in order to know when the last one is removed. @type {Set<DomListener>} */
  #listeners = new Set();
  /** The functions that end the handlers assigned to a method, by its name. @type {{ [name: string]: () => void }} */
  #assigned = {};

  /** @param {string | URL} url @param {unknown} [init] */
  constructor(url, init = undefined) {
    super();
    if (arguments.length === 0) throw new TypeError("EventSource: 1 argument required, but only 0 present");
    start();
    const settings = parseSettings(init);
    this.#url = resolve(`${url}`);
    this.#withCredentials = settings.withCredentials;
    this.#connection = open(this.#url, settings);
    whenCollected(this, this.#connection.collected.bind(this.#connection));
  }

  get url() {
    return this.#url;
  }

  get withCredentials() {
    return this.#withCredentials;
  }

  get readyState() {
    // By the standard, a source that waits is connecting.
    return STATES[this.#connection.state.type.toUpperCase()] ?? STATES.CONNECTING;
  }

  /**
   * @param {string} type
   * @param {EventListenerOrEventListenerObject | null} callback
   * @param {boolean | AddEventListenerOptions} [options]
   */
  addEventListener(type, callback, options) {
    const { isCapture, once, signal } = flatten(options);
    const name = `${type}`;
    const isNew = isObject(callback) && !this.#listener(name, callback, isCapture) && !signal?.aborted && !this.#connection.isClosed;
    const forget = () => {
      this.#listeners.delete(added);
      super.removeEventListener(name, forget, isCapture);
      signal?.removeEventListener("abort", forget);
      undo();
    };
    // This runs before the callback, which may add itself again.
    if (isNew && once) super.addEventListener(name, forget, options);
    super.addEventListener(.../** @type {[any, any]} */ (/** @type {unknown} */ (arguments)));
    if (!isNew) return;
    const added = { name, callback, isCapture, forget };
    this.#listeners.add(added);
    // Signals outlive the source.
    const undo = this.#connection.onDom(name, this, () => signal && this.removeEventListener(name, callback, isCapture));
    signal?.addEventListener("abort", forget);
  }

  /**
   * @param {string} type
   * @param {EventListenerOrEventListenerObject | null} callback
   * @param {boolean | EventListenerOptions} [options]
   */
  removeEventListener(type, callback, options) {
    // Passes on as many arguments as were given: the DOM refuses too few.
    super.removeEventListener(.../** @type {[any, any]} */ (/** @type {unknown} */ (arguments)));
    this.#listener(`${type}`, callback, flatten(options).isCapture)?.forget();
  }

  /** @param {string} name @param {unknown} callback @param {boolean} isCapture */
  #listener(name, callback, isCapture) {
    for (const known of this.#listeners) {
      if (known.name === name && known.callback === callback && known.isCapture === isCapture) return known;
    }
  }

  close() {
    this.#connection.close();
  }

  // Additions to the standard

  reconnect() {
    this.#connection.ask(INPUT_RECONNECT);
  }

  pause() {
    this.#connection.ask(INPUT_PAUSE);
  }

  resume() {
    this.#connection.ask(INPUT_RESUME);
  }

  get state() {
    return this.#connection.state;
  }

  get lastEventId() {
    return this.#connection.lastEventId;
  }

  get stats() {
    return this.#connection.stats;
  }

  get role() {
    return this.#connection.transport?.role ?? "own";
  }

  get tabs() {
    return this.#connection.transport?.tabs ?? 1;
  }

  get closed() {
    return this.#connection.closed;
  }

  /** @param {string} name @param {(event: TypedEvent) => void} handler */
  on(name, handler) {
    return this.#connection.on(messageName(name), handler);
  }

  /** @param {(event: TypedEvent) => void} handler */
  onAny(handler) {
    return this.#connection.onAny(handler);
  }

  /** @param {string[]} names */
  events(...names) {
    const known = namesOf("events", names);
    return this.#connection.iterate(known);
  }

  /** @param {any} names Or the handler of all events, and then the options. @param {any} [handler] @param {any} [options] */
  onBatch(names, handler, options) {
    const args = typeof names === "function" ? [undefined, names, handler] : [namesOf("onBatch", names), handler, options];
    return this.#connection.onBatch(.../** @type {[any, any, any]} */ (args));
  }

  /** @param {any} [names] Or the options. @param {any} [options] */
  batches(names, options) {
    return Array.isArray(names) ? this.#connection.batches(namesOf("batches", names), options) : this.#connection.batches(undefined, names);
  }

  /** @param {(state: any) => void} handler */
  onState(handler) {
    return this.#connection.onState(handler);
  }

  /** @param {(gap: any) => void} handler */
  onGap(handler) {
    return this.#connection.onGap(handler);
  }

  /** @param {(attempt: any) => void} handler */
  onAttempt(handler) {
    return this.#connection.onAttempt(handler);
  }

  /** @param {(error: any) => void} handler */
  onError(handler) {
    return this.#connection.onError(handler);
  }

  // These are so close to `onerror` that somebody will assign to them. An assigned function is called until another one
  // is assigned.
  static {
    for (const name of /** @type {const} */ (["onAny", "onState", "onGap", "onAttempt", "onError"])) {
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

  // By the standard's rules for event handlers, a handler keeps its place among the listeners when it is replaced.
  static {
    for (const type of ["open", "message", "error"]) {
      Object.defineProperty(this.prototype, `on${type}`, {
        /** @this {EventSource} */
        get() {
          return this.#handlers.get(type)?.handler ?? null;
        },
        /** @this {EventSource} @param {any} handler */
        set(handler) {
          const isHandler = isObject(handler);
          const known = this.#handlers.get(type);
          if (known && isHandler) {
            known.handler = handler;
          } else if (known) {
            this.removeEventListener(type, known);
            this.#handlers.delete(type);
          } else if (isHandler) {
            const added = {
              handler,
              handleEvent: (/** @type {Event} */ event) => {
                if (typeof added.handler === "function") added.handler.call(this, event);
              },
            };
            this.#handlers.set(type, added);
            this.addEventListener(type, added);
          }
        },
        configurable: true,
        enumerable: true,
      });
    }
  }
}

/** @param {string} method @param {string[]} names */
function namesOf(method, names) {
  if (!Array.isArray(names) || !names.length) throw optionError(`\`${method}\` needs names of events`);
  return names.map(messageName);
}

/** Reads the options of a listener as the DOM does. @param {any} options */
function flatten(options) {
  const { capture, once, signal } = isObject(options) ? options : { capture: options };
  return { isCapture: Boolean(capture), once, signal: /** @type {AbortSignal | undefined} */ (signal) };
}

// By the standard, and unlike those of other classes, these are enumerable: `for … in` finds them.
for (const name of ["url", "withCredentials", "readyState", "close"]) {
  Object.defineProperty(EventSource.prototype, name, { enumerable: true });
}
for (const [name, value] of Object.entries(STATES)) {
  for (const owner of [EventSource, EventSource.prototype]) Object.defineProperty(owner, name, { value, enumerable: true });
}
Object.defineProperties(EventSource.prototype, {
  [Symbol.toStringTag]: { value: "EventSource", configurable: true },
  // If the engine lacks this symbol, TypeScript and others use this polyfill.
  [Symbol.dispose ?? Symbol.for("Symbol.dispose")]: { value: EventSource.prototype.close, configurable: true, writable: true },
});
