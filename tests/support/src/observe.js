// Observes what sources do to the global scope that they run in.

// The events of a window, a worker or a signal that a source listens to.
const GLOBAL = ["online", "offline", "pageshow", "resume", "visibilitychange", "abort"];

// Counts what is left of sources that were made since its construction: DOM listeners, connections, timers.
export class Observation {
  constructor() {
    const { addEventListener, removeEventListener } = EventTarget.prototype;
    const { fetch, setTimeout, clearTimeout } = globalThis;
    const listeners = new Map();
    const requests = [];
    const timers = new Set();

    const isSource = (target) => target instanceof EventSource;
    const isOpen = (target) => isSource(target) && target.readyState !== EventSource.CLOSED;
    const key = (type, options) => `${type} ${Boolean(options?.capture ?? options)}`;
    EventTarget.prototype.addEventListener = function (type, listener, options) {
      if (isSource(this) || GLOBAL.includes(type)) {
        if (!listeners.has(this)) listeners.set(this, []);
        listeners.get(this).push({ listener, key: key(type, options) });
      }
      return addEventListener.call(this, type, listener, options);
    };
    EventTarget.prototype.removeEventListener = function (type, listener, options) {
      const registered = listeners.get(this) ?? [];
      const index = registered.findIndex((one) => one.listener === listener && one.key === key(type, options));
      if (index >= 0) registered.splice(index, 1);
      return removeEventListener.call(this, type, listener, options);
    };
    // Only requests of sources count. A test sends other requests to the server.
    globalThis.fetch = (request, ...rest) => {
      if (new URL(request.url).pathname.startsWith("/streams/")) requests.push(request);
      return fetch(request, ...rest);
    };
    globalThis.setTimeout = (callback, ...rest) => {
      const id = setTimeout(
        (...args) => {
          timers.delete(id);
          callback(...args);
        },
        ...rest,
      );
      timers.add(id);
      return id;
    };
    globalThis.clearTimeout = (id) => {
      timers.delete(id);
      clearTimeout(id);
    };

    this.listeners = () => [...listeners.values()].reduce((sum, registered) => sum + registered.length, 0);
    this.connections = () => [...listeners.keys()].filter(isOpen).length + requests.filter((request) => !request.signal.aborted).length;
    this.attempts = () => [...listeners.keys()].filter(isSource).length + requests.length;
    this.timers = () => timers.size;
    this.stop = () => {
      Object.assign(EventTarget.prototype, { addEventListener, removeEventListener });
      Object.assign(globalThis, { fetch, setTimeout, clearTimeout });
    };
  }
}

// Collects what goes to console.error, and the hints, which go to console.info.
export class ConsoleLines {
  #lines = { error: [], info: [] };
  #originals = { error: console.error, info: console.info };

  constructor() {
    for (const [name, original] of Object.entries(this.#originals)) {
      console[name] = (...args) => {
        this.#lines[name].push(args.join(" "));
        original.apply(console, args);
      };
    }
  }

  errors() {
    return this.#lines.error;
  }

  hints() {
    return this.#lines.info;
  }

  stop() {
    Object.assign(console, this.#originals);
  }
}
