// @ts-check
// A server and a clock for tests.

import { EventSourceError, asError, connectionLost, invalidRequest } from "./error.js";
import { testBackends } from "./host.js";
import { INPUT_HIDDEN, INPUT_OFFLINE, INPUT_ONLINE, INPUT_UNLISTENED, INPUT_VISIBLE, INPUT_WOKEN } from "./numbers.js";
import { bodyEnded, browserReconnects, failed, finished, opened, reestablish, requested, retry } from "./inputs.js";
import { encoder } from "./memory.js";
import { isSafe } from "./options.js";
import { ask, isAsked, requestOf } from "./transport/request.js";
import { refusal, verdictOn } from "./transport/response.js";
import { resolve } from "./url.js";

/** @typedef {import("./host.js").Link} Link */
/** @typedef {import("./audience.js").Subscription} Subscription */
/** @typedef {import("./host.js").Host} Host */
/** @typedef {import("./inputs.js").Input} Input */
/** @typedef {import("./options.js").Settings} Settings */
/** @typedef {{ at: number, callback: (lateBy: number) => void }} Timer */

/** The origin of all events. */
const ORIGIN = "fake:";

/** The base of relative URLs if there is no page. */
const BASE = "http://localhost/";

/** Time that passes as a test says. */
export class FakeClock {
  /** The errors that nobody listened to. @type {Error[]} */
  reports = [];
  /** @type {string[]} */
  hints = [];
  /** @type {Host} */
  #host;
  #now = 0;
  /** The timers that are set, the next one first. @type {Timer[]} */
  #timers = [];
  /** @type {boolean | undefined} */
  #isOffline;
  #isHidden = false;
  /** @type {Set<(input: number) => void>} */
  #changes = new Set();

  constructor() {
    this.#host = {
      now: () => this.#now,
      wallTime: (at) => at,
      // Each wait is as long as its ceiling.
      random: () => 1,
      after: (delay, callback) => this.#after({ at: this.#now + delay, callback }),
      // A test may open as many sources as it likes.
      openWait: () => 0,
      // If there is no page, a test may set `navigator.onLine`.
      isOffline: () => this.#isOffline ?? (!globalThis.location && globalThis.navigator?.onLine === false),
      isHidden: () => this.#isHidden,
      onChange: (_url, _seesPage, callback) => {
        this.#changes.add(callback);
        return () => this.#changes.delete(callback);
      },
      report: (error) => this.reports.push(error),
      hint: (message) => this.hints.push(message),
      shared: new Map(),
    };
  }

  /** The host of a clock. @param {FakeClock} clock */
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
    for (let timer; (timer = this.#due(until));) {
      this.#now = Math.max(timer.at, this.#now);
      timer.callback(0);
    }
    this.#now = until;
  }

  /** @param {number} ms */
  sleep(ms) {
    this.#now += checked(ms);
    this.#fireLate();
  }

  /** @param {number} ms */
  freeze(ms) {
    this.#now += checked(ms);
    this.#change(INPUT_WOKEN);
    this.#fireLate();
  }

  #fireLate() {
    const until = this.#now;
    for (let timer; (timer = this.#due(until));) timer.callback(until - timer.at);
  }

  hide() {
    this.#isHidden = true;
    this.#change(INPUT_HIDDEN);
  }

  show() {
    this.#isHidden = false;
    this.#change(INPUT_VISIBLE);
  }

  goOffline() {
    this.#isOffline = true;
    this.#change(INPUT_OFFLINE);
  }

  goOnline() {
    this.#isOffline = false;
    this.#change(INPUT_ONLINE);
  }

  /** @param {number} input */
  #change(input) {
    for (const callback of [...this.#changes]) callback(input);
  }

  /** @param {Timer} timer */
  #after(timer) {
    // The sort is stable: of timers at the same time, the one that was set first comes first.
    this.#timers = [...this.#timers, timer].sort((one, other) => one.at - other.at);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Removes the next timer that is due by then. @param {number} until */
  #due(until) {
    return this.#timers[0]?.at <= until ? this.#timers.shift() : undefined;
  }
}

/** @param {number} ms */
function checked(ms) {
  if (typeof ms === "number" && ms >= 0) return ms;
  throw new TypeError(`FakeServer: ${String(ms)} is not a number of milliseconds`);
}

/** A server that a test controls. */
export class FakeServer {
  clock = new FakeClock();
  /** @type {Set<FakeConnection>} */
  #connections = new Set();
  /** @type {import("./testing.js").Attempt[]} */
  #attempts = [];
  /** @type {import("./host.js").TestBackend} */
  #backend;

  constructor() {
    this.#backend = {
      host: FakeClock.hostOf(this.clock),
      base: BASE,
      serves: () => true,
      connect: (url, settings, lastEventId, link) => {
        const hangUp = () => this.#connections.delete(connection);
        const connection = new FakeConnection(url, settings, lastEventId, link, this.clock, hangUp);
        /** @param {ReturnType<typeof requestFor>} request */
        const arrive = ({ url, method, headers, body }) => {
          this.#connections.add(connection);
          this.#attempts.push({
            url,
            lastEventId,
            method,
            // Made on request: Jest's jsdom has no such class.
            get headers() {
              return headers ?? new Headers();
            },
            body,
          });
        };
        const request = requestFor(url, settings, {});
        if (!settings.request) arrive(request);
        if (isAsked(settings)) connection.askFunctions(request.headers, arrive);
        return connection;
      },
    };
    // The newest server serves first.
    testBackends.unshift(this.#backend);
  }

  /** @param {string | URL} url */
  static at(url) {
    const server = new FakeServer();
    // Serves nobody if the URL is invalid.
    server.#backend.serves = () => false;
    const only = resolve(`${url}`);
    server.#backend.serves = (url) => url === only;
    return server;
  }

  open() {
    this.#each((connection) => connection.open());
  }

  /** @param {import("./testing.js").FakeResponse} [response] */
  respond(response = {}) {
    const { status = 200 } = response;
    if (!Number.isInteger(status) || status < 100 || status > 599) {
      throw new TypeError(`FakeServer: ${String(status)} is not an HTTP status`);
    }
    this.#each((connection) => connection.respond({ ...response, status }));
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
    this.#each((connection) => connection.comment());
  }

  /** @param {number} ms */
  retry(ms) {
    checked(ms);
    this.open();
    this.#each((connection) => connection.retry(ms));
  }

  lose() {
    this.#each((connection) => connection.lose());
  }

  end() {
    this.#each((connection) => connection.end());
  }

  /** @param {string} name @param {string} data */
  endWithin(name, data) {
    this.#each((connection) => connection.end({ type: name, data }));
  }

  /** @param {number} status */
  fail(status) {
    if (!Number.isInteger(status) || status < 100 || status > 599 || status === 200) {
      throw new TypeError(`FakeServer: ${String(status)} is not an HTTP status to fail with`);
    }
    this.respond({ status });
  }

  finish() {
    this.fail(204);
  }

  get connections() {
    return this.#connections.size;
  }

  get attempts() {
    return [...this.#attempts];
  }

  get listenedNames() {
    return [...this.#connections].flatMap((connection) => connection.names);
  }

  close() {
    const index = testBackends.indexOf(this.#backend);
    if (index >= 0) testBackends.splice(index, 1);
  }

  /** @param {string} name @param {string} data @param {string} [id] */
  #send(name, data, id) {
    this.open();
    this.#each((connection) => connection.send(`${name}`, `${data}`, id));
  }

  /** Uses each connection, except those that are made during the call. @param {(connection: FakeConnection) => void} use */
  #each(use) {
    for (const connection of [...this.#connections]) if (this.#connections.has(connection)) use(connection);
  }
}

// If the engine lacks this symbol, TypeScript and others use this polyfill.
Object.defineProperty(FakeServer.prototype, Symbol.dispose ?? Symbol.for("Symbol.dispose"), {
  value: FakeServer.prototype.close,
  configurable: true,
  writable: true,
});

/** A request as the server sees it. @param {string} url @param {Settings} settings @param {import("./transport/request.js").Answer} answer */
function requestFor(url, settings, answer) {
  // jsdom has none.
  if (!settings.isFetch || !globalThis.Request)
    return { url, method: settings.method ?? "GET", headers: undefined, body: settings.body ?? null };
  try {
    const { method, headers, body = null } = requestOf(settings, answer);
    const request = new Request(url, { method, headers, body });
    return { url, method: request.method, headers: request.headers, body };
  } catch (cause) {
    throw invalidRequest(url, cause);
  }
}

/** One connection. The source at its other end uses it as a transport. */
class FakeConnection {
  #url;
  #settings;
  #isFetch;
  #accept;
  #seesStatus;
  #link;
  #clock;
  #hangUp;
  #abort = new AbortController();
  #isOpen = false;
  /** The server's last event id. A browser's own source only learns it from events that have listeners. */
  #id;
  /** @type {Map<string, Subscription>} */
  #subscriptions = new Map();
  #listensToAll = false;
  #isHeldBack = false;
  /** What the source has not read yet: functions that make the inputs. @type {(() => Input | void)[]} */
  #unread = [];

  /**
   * @param {string} url
   * @param {Settings} settings
   * @param {string} lastEventId
   * @param {Link} link
   * @param {FakeClock} clock
   * @param {() => void} hangUp
   */
  constructor(url, settings, lastEventId, link, clock, hangUp) {
    const { isFetch, accept, diagnose } = settings;
    this.#url = url;
    this.#settings = settings;
    this.#isFetch = isFetch;
    this.#accept = accept;
    this.#seesStatus = isFetch || diagnose;
    this.#id = lastEventId;
    this.#link = link;
    this.#clock = clock;
    this.#hangUp = hangUp;
    link.asks();
  }

  get url() {
    return this.#url;
  }

  get names() {
    return [...this.#subscriptions.keys()];
  }

  // Called by its source

  /** @param {Subscription} subscription */
  listen(subscription) {
    this.#subscriptions.set(subscription.name, subscription);
  }

  /** @param {Subscription} subscription */
  unlisten({ name }) {
    this.#subscriptions.delete(name);
  }

  /** @param {boolean} listensToAll */
  listenToAll(listensToAll) {
    this.#listensToAll = listensToAll;
  }

  /** @param {boolean} isHeldBack */
  holdBack(isHeldBack) {
    this.#isHeldBack = isHeldBack;
    this.#readOn();
  }

  close() {
    this.#abort.abort();
    this.#hangUp();
    this.#subscriptions.clear();
  }

  // Called by its server

  /**
   * Asks the user's functions. They may use the source, which has to exist by then.
   *
   * @param {Headers | undefined} headers To which those of the function `headers` are added.
   * @param {(request: ReturnType<typeof requestFor>) => void} arrive Has the server see the request, if a function is asked for it.
   */
  async askFunctions(headers, arrive) {
    await undefined;
    const { signal } = this.#abort;
    if (signal.aborted) return;
    try {
      const answer = await ask(this.#url, this.#settings, this.#link, this.#id, signal);
      const request = requestFor(answer.url, this.#settings, answer);
      this.#url = answer.url;
      if (!this.#settings.request) return request.headers?.forEach((value, name) => headers?.set(name, value));
      this.#link.receive(requested(isSafe(request.method)));
      if (!signal.aborted) arrive(request);
    } catch (exception) {
      this.#link.receive(failed(asError(exception)));
    }
  }

  open() {
    if (!this.#isOpen) this.respond({ status: 200 });
  }

  /** @param {import("./testing.js").FakeResponse & { status: number }} response */
  respond({ status, headers = {}, url, body = "" }) {
    const requested = this.#url;
    const type = status === 200 ? { "content-type": "text/event-stream" } : {};
    const lowered = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    const head = {
      status,
      url: url === undefined ? requested : new URL(url, requested).href,
      redirected: url !== undefined,
      headers: { ...type, ...Object.fromEntries(lowered) },
    };
    const { isAccepted, cause } = status === 204 ? { isAccepted: false } : verdictOn(head, this.#accept);
    if (isAccepted && this.#isOpen) return;
    if (isAccepted) this.#begin(opened(this.#isFetch ? head : undefined));
    else if (!this.#seesStatus) {
      this.#end(failed(new EventSourceError("given-up", `the browser gave up on ${requested}`, { url: requested })));
    } else this.#end(status === 204 ? finished : failed(refusal(requested, head, body, this.#accept, cause)));
  }

  /** @param {string} name @param {string} data @param {string} [id] */
  send(name, data, id) {
    const lastEventId = (this.#id = id ?? this.#id);
    const lines = [`event: ${name}`, ...data.split("\n").map((line) => `data: ${line}`), ...(id === undefined ? [] : [`id: ${id}`])];
    this.#whenRead(() => {
      const { tally } = this.#link;
      tally.bytes += encoder.encode(`${lines.join("\n")}\n\n`).length;
      const subscription = this.#subscriptions.get(name) ?? (this.#listensToAll ? this.#link.newSubscription(name) : undefined);
      if (!subscription && !this.#isFetch) return;
      if (!subscription) {
        this.#link.hint(name);
        return { type: INPUT_UNLISTENED, isEvent: true, lastEventId: id };
      }
      tally.events += 1;
      tally.at = this.#clock.now;
      const hasIdField = this.#isFetch ? id !== undefined : undefined;
      return (connection) => connection.handleEvent(subscription, data, { lastEventId, origin: ORIGIN }, hasIdField);
    });
  }

  comment() {
    if (this.#isFetch) this.#receive({ type: INPUT_UNLISTENED, isEvent: false, lastEventId: undefined });
  }

  /** @param {number} ms */
  retry(ms) {
    if (this.#isFetch) this.#receive(retry(ms));
  }

  /** @param {{ type: string, data: string }} [unfinished] */
  end(unfinished) {
    if (!this.#isFetch) return this.lose();
    const error = connectionLost(this.#url, "the server ended the stream");
    this.#end(bodyEnded(error, true, unfinished && { ...unfinished, lastEventId: this.#id, origin: ORIGIN }));
  }

  lose() {
    const error = connectionLost(this.#url);
    // The browser asks again.
    if (!this.#isFetch) this.#link.asks();
    this.#end(this.#isFetch ? reestablish(error) : browserReconnects(error));
  }

  /** The head of an answer is not held back. @param {Input} input */
  #begin(input) {
    this.#isOpen = true;
    if (this.#unread.length) this.#receive(input);
    else this.#link.receive(input);
  }

  /** The response is over, or is refused. A source that is held back has yet to read that far. @param {Input} input */
  #end(input) {
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    if (wasOpen) this.#receive(input);
    else this.#link.receive(input);
  }

  /** @param {Input} input */
  #receive(input) {
    this.#whenRead(() => input);
  }

  /** @param {() => Input | void} make Makes the input, if there is one. */
  #whenRead(make) {
    this.#unread.push(make);
    this.#readOn();
  }

  /** Has the source read one thing after the other, each in its turn, until it is held back. */
  #readOn() {
    const run = () => {
      if (this.#isHeldBack) return;
      const make = this.#unread.shift();
      if (this.#unread.length) this.#readOn();
      return make?.();
    };
    this.#link.receive(run);
  }
}
