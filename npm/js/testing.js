// @ts-check
// A server and a clock that tests turn by hand.

import { EventSourceError } from "./error.js";
import { resolve } from "./event-source.js";
import { standIns } from "./host.js";

/** @typedef {import("./connection.js").Connection} Connection */
/** @typedef {import("./connection.js").Subscription} Subscription */
/** @typedef {import("./host.js").Host} Host */
/** @typedef {import("./options.js").Settings} Settings */
/** @typedef {{ at: number, callback: (late: number) => void }} Timer */

/** Where all events come from. */
const ORIGIN = "fake:";

/** What URLs are relative to where there is no page. */
const BASE = "http://localhost/";

/** Time, as a test has it pass. */
export class FakeClock {
  /** The errors that nobody heard. @type {Error[]} */
  reports = [];
  /** @type {Host} */
  #host;
  #now = 0;
  /** Those that are set, the next one first. @type {Timer[]} */
  #timers = [];
  /** @type {Set<() => void>} */
  #online = new Set();

  constructor() {
    this.#host = {
      now: () => this.#now,
      // No wait is shorter than its ceiling.
      random: () => 1,
      after: (delay, callback) => this.#after({ at: this.#now + delay, callback }),
      onOnline: (callback) => {
        this.#online.add(callback);
        return () => this.#online.delete(callback);
      },
      report: (error) => this.reports.push(error),
      shared: new Map(),
    };
  }

  /** What goes by a clock. @param {FakeClock} clock */
  static hostOf(clock) {
    return clock.#host;
  }

  get now() {
    return this.#now;
  }

  get timers() {
    return this.#timers.length;
  }

  /** @param {number} ms */
  advance(ms) {
    const until = this.#now + checked(ms);
    for (let timer; (timer = this.#due(until)); ) {
      this.#now = Math.max(timer.at, this.#now);
      timer.callback(0);
    }
    this.#now = until;
  }

  /** @param {number} ms */
  sleep(ms) {
    const until = (this.#now += checked(ms));
    for (let timer; (timer = this.#due(until)); ) timer.callback(until - timer.at);
  }

  goOnline() {
    for (const callback of [...this.#online]) callback();
  }

  /** @param {Timer} timer */
  #after(timer) {
    // The sort is stable: of those at the same time, the one that was set first comes first.
    this.#timers = [...this.#timers, timer].sort((one, other) => one.at - other.at);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Takes out the next timer that is due by then. @param {number} until */
  #due(until) {
    return this.#timers[0]?.at <= until ? this.#timers.shift() : undefined;
  }
}

/** @param {number} ms */
function checked(ms) {
  if (typeof ms === "number" && ms >= 0) return ms;
  throw new TypeError(`FakeServer: ${String(ms)} is not a number of milliseconds`);
}

/** A server that does what a test tells it. */
export class FakeServer {
  clock = new FakeClock();
  /** @type {Set<Line>} */
  #lines = new Set();
  /** @type {{ readonly url: string, readonly lastEventId: string }[]} */
  #attempts = [];
  /** @type {import("./host.js").StandIn} */
  #standIn;

  constructor() {
    this.#standIn = {
      host: FakeClock.hostOf(this.clock),
      base: BASE,
      serves: () => true,
      connect: (url, settings, lastEventId, connection) => {
        const line = new Line(url, settings, lastEventId, connection, () => this.#lines.delete(line));
        this.#lines.add(line);
        this.#attempts.push({ url, lastEventId });
        return line;
      },
    };
    // The one that was made last serves first.
    standIns.unshift(this.#standIn);
  }

  /** @param {string | URL} url */
  static at(url) {
    const server = new FakeServer();
    // Nobody, should there be no such URL.
    server.#standIn.serves = () => false;
    const only = resolve(`${url}`);
    server.#standIn.serves = (url) => url === only;
    return server;
  }

  open() {
    this.#each((line) => line.open());
  }

  /** @param {string} name @param {unknown} data */
  send(name, data) {
    const text = JSON.stringify(data);
    if (text === undefined) throw new TypeError(`FakeServer: JSON holds no ${typeof data}`);
    this.#send(name, text);
  }

  /** @param {string} name @param {string} text */
  sendText(name, text) {
    this.#send(name, text);
  }

  /** @param {string} name @param {string} text @param {string} id */
  sendWithId(name, text, id) {
    this.#send(name, text, id);
  }

  comment() {
    this.open();
    this.#each((line) => line.comment());
  }

  /** @param {number} ms */
  retry(ms) {
    checked(ms);
    this.open();
    this.#each((line) => line.retry(ms));
  }

  lose() {
    this.#each((line) => line.lose());
  }

  end() {
    this.#each((line) => line.end());
  }

  /** @param {number} status */
  fail(status) {
    if (!Number.isInteger(status) || status < 100 || status > 599 || status === 200) {
      throw new TypeError(`FakeServer: ${String(status)} is not an HTTP status to fail with`);
    }
    this.#each((line) => line.fail(status));
  }

  finish() {
    this.fail(204);
  }

  get connections() {
    return this.#lines.size;
  }

  get attempts() {
    return [...this.#attempts];
  }

  get listenedNames() {
    return [...this.#lines].flatMap((line) => line.names);
  }

  close() {
    const index = standIns.indexOf(this.#standIn);
    if (index >= 0) standIns.splice(index, 1);
  }

  /** @param {string} name @param {string} data @param {string} [id] */
  #send(name, data, id) {
    this.open();
    this.#each((line) => line.send(`${name}`, `${data}`, id));
  }

  /** Those that connect meanwhile are not among them. @param {(line: Line) => void} use */
  #each(use) {
    for (const line of [...this.#lines]) if (this.#lines.has(line)) use(line);
  }
}

// Where the engine knows no such symbol, TypeScript and others fill in this one.
Object.defineProperty(FakeServer.prototype, Symbol.dispose ?? Symbol.for("Symbol.dispose"), {
  value: FakeServer.prototype.close,
  configurable: true,
  writable: true,
});

/** One connection, a transport of the source at its other end. */
class Line {
  lastEventId;
  #url;
  #settings;
  #connection;
  #hangUp;
  #isOpen = false;
  /** The server's, which a browser's own source learns by the events that it hears alone. */
  #id;
  /** @type {Map<string, Subscription>} */
  #subscriptions = new Map();

  /**
   * @param {string} url
   * @param {Settings} settings
   * @param {string} lastEventId
   * @param {Connection} connection
   * @param {() => void} hangUp
   */
  constructor(url, settings, lastEventId, connection, hangUp) {
    this.#url = url;
    this.#settings = settings;
    this.lastEventId = this.#id = lastEventId;
    this.#connection = connection;
    this.#hangUp = hangUp;
  }

  get names() {
    return [...this.#subscriptions.keys()];
  }

  // What its source tells

  /** @param {Subscription} subscription */
  listen(subscription) {
    this.#subscriptions.set(subscription.name, subscription);
  }

  /** @param {Subscription} subscription */
  unlisten({ name }) {
    this.#subscriptions.delete(name);
  }

  close() {
    this.#hangUp();
    this.#subscriptions.clear();
  }

  // What its server tells

  open() {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#connection.opened();
  }

  /** @param {string} name @param {string} data @param {string} [id] */
  send(name, data, id) {
    const lastEventId = (this.#id = id ?? this.#id);
    const { isFetch } = this.#settings;
    const subscription = this.#subscriptions.get(name);
    if (!subscription && !isFetch) return;
    this.lastEventId = lastEventId;
    const raw = { data, lastEventId, origin: ORIGIN };
    if (subscription && !this.#connection.admits(name, raw, isFetch ? id !== undefined : undefined)) return;
    this.#connection.heard(true);
    if (subscription) this.#connection.message(subscription, raw);
    else if (id !== undefined) this.#connection.passed(id);
  }

  comment() {
    if (this.#settings.isFetch) this.#connection.heard(false);
  }

  /** @param {number} ms */
  retry(ms) {
    if (this.#settings.isFetch) this.#connection.retry(ms);
  }

  end() {
    if (this.#settings.endsByEnding) this.#connection.finished();
    else this.lose();
  }

  lose() {
    this.#isOpen = false;
    const { isFetch } = this.#settings;
    const error = new EventSourceError("connection-lost", `the connection to ${this.#url} was lost`);
    this.#connection.lost(error, isFetch ? "reestablish" : "reconnecting");
  }

  /** @param {number} status */
  fail(status) {
    this.#isOpen = false;
    if (!this.#settings.isFetch) {
      this.#connection.lost(new EventSourceError("given-up", `the browser gave up on ${this.#url}`), "failed");
    } else if (status === 204) {
      this.#connection.finished();
    } else {
      const message = `${this.#url} answered with status ${status}`;
      this.#connection.lost(new EventSourceError("status", message, { status, body: "" }), "failed");
    }
  }
}
