// What a scenario plays with: the class of one contender, scripts on the server, and a recording.

import init, { EventSource } from "/pkg/index.js";

await init();

/** The contenders. The others are compared with the first, the browser's own class. */
export const CONTENDERS = {
  native: { Class: globalThis.EventSource, init: {} },
  browser: { Class: EventSource, init: {} },
  fetch: { Class: EventSource, init: { transport: "fetch" } },
};

/** The event that ends a scenario. */
export const END = "event: end\ndata\n\n";

/** A step that sends a text. */
export const send = (text) => ({ send: text });

/** A step that sends bytes, which are given as characters from U+0000 to U+00FF. */
export const raw = (bytes) => ({ send_base64: btoa(bytes) });

/** An attempt that sends texts, each as a separate chunk, and stays open. */
export const sending = (...texts) => ({ steps: [...texts.map(send), "silence"] });

/** An attempt that sends texts and ends. Its `retry` has the client reconnect soon. */
export const ending = (...texts) => ({ steps: [send("retry: 1\n"), ...texts.map(send)] });

/** The request headers to compare, which do not depend on the machine or the time. */
const COMPARED_HEADERS = ["accept", "cache-control", "pragma", "last-event-id", "origin", "cookie"];

/** The play that each exception belongs to. */
const playOf = new WeakMap();

/** Records each exception that reaches the global handler in the play that it belongs to. */
export function watchErrors() {
  globalThis.addEventListener("error", (event) => {
    const play = playOf.get(event.error);
    if (!play) return;
    event.preventDefault();
    play.record(`reported: ${event.message}`);
  });
}

export class Play {
  /** The recording. */
  lines = [];
  hasFailed = false;

  #init;
  #secondOrigin;
  #scripts = [];
  #sources = [];

  constructor({ Class, init }, secondOrigin) {
    this.EventSource = Class;
    this.#init = init;
    this.#secondOrigin = secondOrigin;
  }

  // The source

  /** Opens a source of this contender. */
  open(url, init) {
    return this.closeAtEnd(new this.EventSource(url, { ...this.#init, ...init }));
  }

  /** Notes a source that the scenario has made itself: it is closed at the end. Returns the source. */
  closeAtEnd(source) {
    this.#sources.push(source);
    return source;
  }

  /** Records the events of these names. */
  recordEvents(source, ...names) {
    for (const name of names) source.addEventListener(name, this.listener(source));
  }

  /** A listener that records an event and then calls `then`. */
  listener(source, label = "", then = () => {}) {
    const play = this;
    return function (event) {
      play.#recordEvent(source, label, event, this);
      return then(event);
    };
  }

  #recordEvent(source, label, event, self) {
    const { type, target, currentTarget } = event;
    const words = [label && `${label}:`, event.constructor.name, JSON.stringify(type)];
    if (event instanceof MessageEvent) {
      const { data, lastEventId, origin } = event;
      words.push(shortened(JSON.stringify(data)), `id ${JSON.stringify(lastEventId)}`, `from ${origin}`);
    }
    words.push(`at ${source.readyState}`);
    for (const [name, value] of Object.entries({ self, target, currentTarget })) {
      if (value !== source) words.push(`${name} is another`);
    }
    this.record(words.filter(Boolean).join(" "));
  }

  // A listener that resolves a promise has to be the last one, since of the contenders only the browser's own class lets promises
  // settle between two listeners of an event.

  /** Waits for the next event of this name. */
  next(source, name) {
    return new Promise((resolve) => source.addEventListener(name, resolve, { once: true }));
  }

  /** Waits for the event `end`, or for the close. */
  untilOver(source) {
    return new Promise((resolve) => {
      source.addEventListener("end", resolve);
      source.addEventListener("error", () => source.readyState === 2 && resolve());
    });
  }

  /** An exception that belongs to this play. */
  exception(message) {
    const error = new Error(message);
    playOf.set(error, this);
    return error;
  }

  // The server

  /** Puts a script with these attempts, and returns the path of its stream. */
  async stream(...attempts) {
    const id = crypto.randomUUID();
    this.#scripts.push(id);
    const { ok } = await fetch(`/scripts/${id}`, { method: "PUT", body: JSON.stringify({ attempts }) });
    if (!ok) throw new Error(`this cannot be played: ${JSON.stringify(attempts)}`);
    return `/streams/${id}`;
  }

  /** The URL of a path at the second origin. */
  atSecondOrigin(path) {
    return this.#secondOrigin + path;
  }

  /** Lets a step `wait` of the stream pass. */
  async release(path) {
    await fetch(this.#control(path, "release"), { method: "POST" });
  }

  /** What the server saw, once it saw `count` requests of which `closed` have ended. */
  async seen(path, count, closed = 0) {
    for (;;) {
      const seen = await (await fetch(this.#control(path, "seen"))).json();
      const ends = seen.attempts.filter(({ closed_ms }) => closed_ms !== null);
      if (seen.attempts.length >= count && ends.length >= closed) return seen;
      // This polls, since a request that waits would hold a connection that streams need.
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Records the requests to a stream, once the server saw `count`. */
  async recordRequests(path, count = 1) {
    const { attempts, preflights } = await this.seen(path, count);
    for (const { method, path, headers } of attempts) {
      const words = COMPARED_HEADERS.filter((name) => name in headers).map((name) => `${name}: ${headers[name]}`);
      this.record(`request: ${method} ${path} ${words.join("; ")}`);
    }
    if (preflights) this.record(`preflights: ${preflights}`);
  }

  /** Waits so long that an event which was already sent would be heard. */
  async waitForLateEvents() {
    // The browser handles the answers to these requests in turn with those to the requests of the sources.
    for (const script of this.#scripts) await this.seen(`/streams/${script}`, 0);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** The URL that controls a script. It is at the second origin, so that control does not hold connections that streams need. */
  #control(path, endpoint) {
    return this.atSecondOrigin(`${path.replace("streams", "scripts")}/${endpoint}`);
  }

  // The recording

  /** Adds a line. Ids and origins, which always differ, are replaced. */
  record(line) {
    let text = String(line);
    this.#scripts.forEach((id, number) => {
      text = text.replaceAll(id, `{${number + 1}}`);
    });
    this.lines.push(text.replaceAll(location.origin, "{own}").replaceAll(this.#secondOrigin, "{other}"));
  }

  /** Records what a function returns or throws. */
  recordResult(label, action) {
    try {
      const value = action();
      this.record(`${label}: ${typeof value === "string" ? JSON.stringify(value) : String(value)}`);
      return value;
    } catch (error) {
      const code = error instanceof DOMException ? `, code ${error.code}` : "";
      this.record(`${label}: throws ${error.name}${code}`);
    }
  }

  async end() {
    for (const source of this.#sources) source.close();
    await Promise.all(this.#scripts.map((id) => fetch(`/scripts/${id}`, { method: "DELETE" })));
  }
}

/** A text, shortened in the middle if it is long. */
function shortened(text) {
  return text.length < 500 ? text : `${text.slice(0, 20)} … ${text.slice(-20)}, ${text.length} characters`;
}

/** A scenario that records the events of these names, until the event `end` or the close, and then the requests. */
export const plays =
  (attempts, names = ["open", "message", "error", "end"]) =>
  async (play) => {
    const path = await play.stream(...attempts);
    const source = play.open(path);
    play.recordEvents(source, ...names);
    await play.untilOver(source);
    play.record(`then it is at ${source.readyState}`);
    source.close();
    await play.waitForLateEvents();
    await play.recordRequests(path, attempts.length);
  };
