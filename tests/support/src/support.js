// What tests do to the global scope that they run in. It is one module, so that a browser needs few connections to load
// it: the server of wasm-bindgen's test runner serves four at a time for sure, and a request over a fifth may wait for minutes.

// The clock of the sources under test, which tests can stop and advance.

const dateNow = Date.now;
let advanced = 0;

export function stopClock() {
  const [stoppedAt, date] = [performance.now(), Date.now()];
  advanced = 0;
  performance.now = () => stoppedAt + advanced;
  Date.now = () => date;
}

export function advanceClock(milliseconds) {
  advanced += milliseconds;
}

export function startClock() {
  delete performance.now;
  Date.now = dateNow;
}

// Holds up sources that let other tasks run. Such a source waits for a message of a `MessageChannel`; here the message is sent when
// the test says so. The tests of both languages use this.

const RealMessageChannel = globalThis.MessageChannel;
let held;

export function holdTurns() {
  held = [];
  globalThis.MessageChannel = class {
    #real = new RealMessageChannel();
    port1 = this.#real.port1;
    port2 = {
      postMessage: () => {
        const send = () => this.#real.port2.postMessage(undefined);
        if (held) held.push(send);
        else send();
      },
    };
  };
}

export function letTurnsEnd() {
  globalThis.MessageChannel = RealMessageChannel;
  const sends = held ?? [];
  held = undefined;
  for (const send of sends) send();
}

// The frames of the page: stops them, and hides the page.

const request = globalThis.requestAnimationFrame;
let requests = 0;

export function stopFrames() {
  requests = 0;
  if (request) globalThis.requestAnimationFrame = () => (requests += 1);
}

export function frameRequests() {
  return requests;
}

export function hidePage() {
  if (globalThis.document) Object.defineProperty(document, "hidden", { configurable: true, value: true });
}

export function showFrames() {
  if (request) globalThis.requestAnimationFrame = request;
  if (globalThis.document) delete document.hidden;
}

export function frameTime() {
  return globalThis.document?.timeline.currentTime;
}

// `length` times the same byte, as gzip. Only one block of bytes is held.
export async function gzip(byte, length) {
  const block = new Uint8Array(2 ** 20).fill(byte);
  let left = length;
  const blocks = new ReadableStream({
    pull(to) {
      if (left === 0) return to.close();
      const next = block.slice(0, left);
      left -= next.length;
      to.enqueue(next);
    },
  });
  const compressed = new Response(blocks.pipeThrough(new CompressionStream("gzip")));
  return new Uint8Array(await compressed.arrayBuffer());
}

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
      // The driver of WebKit has timers in the page.
      if (!/^_execute@/m.test(new Error().stack)) timers.add(id);
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
