// @ts-check
// Sources that share one connection, since they name the same URL and the same options. Each has a `Connection` of its
// own, for whoever listens to it, carried by a `Share` of one that has the transport and the policy.

import { Connection } from "./connection.js";

/** @typedef {import("./connection.js").Subscription} Subscription */
/** @typedef {import("./connection.js").Transport} Transport */
/** @typedef {import("./error.js").EventSourceError} EventSourceError */
/** @typedef {import("./host.js").Host} Host */
/** @typedef {import("./index.js").CloseReason} CloseReason */
/** @typedef {import("./index.js").Gap} Gap */
/** @typedef {import("./index.js").State} State */
/** @typedef {import("./options.js").Settings} Settings */
/** @typedef {import("./typed-event.js").RawEvent} RawEvent */
/** @typedef {(lastEventId: string, connection: Connection) => Transport} Open */

/**
 * A connection that carries a source, alone or together with others that are set up like it.
 *
 * @param {string} url
 * @param {Settings} settings
 * @param {Host} host
 * @param {Open} open
 */
export function joinOrOpen(url, settings, host, open) {
  const key = settings.shared ? keyOf(url, settings) : undefined;
  if (key === undefined) return new Connection(settings, host, open);
  const { parse, schemas, queue, signal, lastEventId, policy: { preset, closeAfterDecodeErrors, rule } } = settings;
  // What does not decode is the matter of the one that decodes it, and so are the limits on that.
  const policy = { ...(preset === "closeOnError" && { preset }), closeAfterDecodeErrors, rule };
  /** @type {any} */
  const own = { parse, schemas, queue, signal, lastEventId, policy, isRepeatable: true };
  return new Connection(own, host, (_, connection) => {
    const shared = host.shared.get(key) ?? new SharedConnection(key, settings, host, open);
    return new Share(shared, connection, host);
  });
}

/** @type {WeakMap<Function, number>} */
const numbers = new WeakMap();
let count = 0;

/**
 * The same for sources that can share a connection, and nothing for one that cannot.
 *
 * @param {string} url
 * @param {Settings} settings
 */
function keyOf(url, { transport, parse, schemas, queue, signal, headers, body = null, ...others }) {
  if (body !== null && typeof body !== "string") return;
  try {
    const named = typeof headers === "function" ? headers : [...new Headers(headers ?? [])];
    return JSON.stringify([url, body, named, others], (_, value) => {
      if (typeof value !== "function") return value;
      if (!numbers.has(value)) numbers.set(value, (count += 1));
      return numbers.get(value);
    });
  } catch {
    // The transport says what is wrong with them.
  }
}

/** The connection itself: what it is told, all of its shares are. */
class SharedConnection extends Connection {
  /** Not asked: it tells the transport that somebody may listen by the DOM. */
  target = new EventTarget();

  /** @type {Set<Share>} */
  #shares = new Set();
  #forget;

  /** @param {string} key @param {Settings} settings @param {Host} host @param {Open} open */
  constructor(key, settings, host, open) {
    super({ ...settings, parse: "text", schemas: undefined, signal: undefined }, host, open);
    host.shared.set(key, this);
    this.#forget = () => host.shared.delete(key);
  }

  /** @param {Share} share */
  join(share) {
    this.#shares.add(share);
  }

  /** @param {Share} share */
  leave(share) {
    if (this.isClosed) return;
    this.#shares.delete(share);
    if (!this.#shares.size) this.close();
  }

  /** @param {string} type @param {EventSourceError} [error] */
  dispatch(type, error) {
    this.#each((connection) => {
      connection.state = this.state;
      connection.dispatch(type, error);
    });
  }

  /** @param {EventSourceError} error @param {boolean} [isShown] */
  hear(error, isShown) {
    const heard = [...this.#shares].map(({ connection }) => connection.hear(error, isShown));
    return heard.includes(true);
  }

  /** @param {Gap} [gap] */
  tellGap(gap) {
    if (gap) this.#each((connection) => connection.tellGap(gap));
  }

  /** @param {State} state */
  announce(state) {
    this.#each((connection) => {
      connection.state = state;
      connection.announce(state);
    });
  }

  /** @param {CloseReason} reason @param {string} [type] */
  end(reason, type) {
    if (this.isClosed) return;
    this.#forget();
    super.end(reason);
    this.#each((connection) => connection.end(reason, type, true));
  }

  /** Those that join meanwhile are not among them. @param {(connection: Connection) => void} use */
  #each(use) {
    for (const share of [...this.#shares]) {
      share.greet();
      if (!share.connection.isClosed) use(share.connection);
    }
  }
}

/** The transport of a source that shares a connection. */
class Share {
  connection;
  #shared;
  /** Tells who has joined an open connection that it is open, unless that is done. @type {(() => void) | undefined} */
  #ungreet;
  /** @type {Map<Subscription, () => void>} */
  #undos = new Map();

  /** @param {SharedConnection} shared @param {Connection} connection @param {Host} host */
  constructor(shared, connection, host) {
    this.#shared = shared;
    this.connection = connection;
    shared.join(this);
    connection.state = shared.state;
    if (shared.state.type === "open") this.#ungreet = host.after(0, () => this.greet());
  }

  get lastEventId() {
    return this.#shared.lastEventId;
  }

  /** Tells who has joined an open connection that it is open, before anything else and in a task of its own. */
  greet() {
    const ungreet = this.#ungreet;
    this.#ungreet = undefined;
    ungreet?.();
    if (ungreet) this.connection.enter({ type: "open" }, "open");
  }

  /** @param {Subscription} subscription */
  listen(subscription) {
    const { connection } = this;
    const shared = this.#shared;
    const undo = shared.on(subscription.name, (event) => {
      this.greet();
      if (!connection.isClosed) {
        connection.heard(true);
        connection.message(subscription, /** @type {RawEvent} */ (event));
      }
      // What the DOM listens to has each event in a task of its own.
      shared.isCongested ||= connection.isCongested || subscription.isDom;
      connection.isCongested = false;
    });
    this.#undos.set(subscription, undo);
  }

  /** @param {Subscription} subscription */
  unlisten(subscription) {
    this.#undos.get(subscription)?.();
    this.#undos.delete(subscription);
  }

  heedIds() {
    this.#shared.heedIds();
  }

  close() {
    this.#ungreet?.();
    this.#ungreet = undefined;
    for (const subscription of this.#undos.keys()) this.unlisten(subscription);
    this.#shared.leave(this);
  }
}
