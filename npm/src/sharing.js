// @ts-check
// Sources that share one connection, since they have the same URL and the same options. Each has a separate
// `Connection` for its listeners. A `Share` links it to the connection that has the transport and the policy.

import { Connection } from "./connection.js";
import { browser } from "./host.js";
import { relayedState } from "./inputs.js";
import { numberOf } from "./latest-function.js";
import { FOLLOWS_STATE } from "./numbers.js";
import { parts } from "./package-parts.js";
import { OWN, keyOf } from "./sharing-key.js";

/** @typedef {import("./host.js").Link} Link */
/** @typedef {import("./audience.js").Subscription} Subscription */
/** @typedef {import("./host.js").Transport} Transport */
/** @typedef {import("./error.js").EventSourceError} EventSourceError */
/** @typedef {import("./host.js").Host} Host */
/** @typedef {import("./index.js").AttemptSummary} AttemptSummary */
/** @typedef {import("./index.js").CloseReason} CloseReason */
/** @typedef {import("./index.js").Gap} Gap */
/** @typedef {import("./index.js").State} State */
/** @typedef {import("./options.js").Settings} Settings */
/** @typedef {(lastEventId: string, link: Link) => Transport} Open */

/** @typedef {() => Promise<Pick<typeof import("./tabs/in-parts.js"), "openAmongTabs">>} ImportTabs */

/** @type {ImportTabs} */
export let importTabs;

/** Says where that is which sharing among tabs needs. Each entry of the package does so. @param {ImportTabs} importer */
export function provideTabs(importer) {
  importTabs = importer;
}

/**
 * Returns a connection that carries a source, alone or together with others that have the same options.
 *
 * @param {string} url
 * @param {Settings} settings
 * @param {Host} host
 * @param {Open} open
 */
export function joinOrOpen(url, settings, host, open) {
  const key = settings.shared && keyOf(url, settings, numberOf);
  if (!key) return new Connection(url, settings, host, open);
  /** @type {any} */
  const own = { isFetch: true, isRepeatable: true, isSharer: true };
  for (const name of [...OWN, "lastEventId", "policy"]) own[name] = settings[/** @type {keyof Settings} */ (name)];
  /** @type {Open} */
  const openHere = (lastEventId, link) => {
    const shared = host.shared.get(key) ?? new SharedConnection(key, url, { ...settings, lastEventId }, host, open);
    return new Share(shared, link, host);
  };
  let openShared = openHere;
  if (settings.shared === "tabs" && host === browser)
    own.load = async () => {
      try {
        openShared = (await importTabs()).openAmongTabs(parts, url, settings, host, open, openHere);
      } catch (exception) {
        host.hint(`not shared among tabs: ${exception}`);
      }
    };
  return new Connection(url, own, host, (...from) => openShared(...from));
}

/** The connection itself. It passes what it is told to all of its shares. */
class SharedConnection extends Connection {
  /** @type {Set<Share>} */
  #shares = new Set();
  #key;

  /** @param {string} key @param {string} url @param {Settings} settings @param {Host} host @param {Open} open */
  constructor(key, url, settings, host, open) {
    super(url, { ...settings, parse: "text", schemas: undefined, signal: undefined }, host, open);
    host.shared.set(key, this);
    this.#key = key;
  }

  /** @param {Share} share */
  join(share) {
    this.#shares.add(share);
  }

  /** @param {Share} share */
  leave(share) {
    if (this.isClosed) return;
    this.#shares.delete(share);
    // What waits to be read must not come before the end.
    if (this.#shares.size) this.holdBack(share, false);
    else this.close();
  }

  /** @param {EventSourceError} error @param {number} follows @param {State} state */
  report(error, follows, state) {
    if (follows === FOLLOWS_STATE) this.state = state;
    let isHeard = false;
    this.#send((connection) => {
      if (connection.hear(error, follows, state)) isHeard = true;
    });
    if (!isHeard) this.writeToConsole(error);
  }

  /** @param {State} state */
  announce(state) {
    this.#send(relayedState(state));
  }

  /** @param {AttemptSummary} attempt */
  tellAttempt(attempt) {
    this.#send((connection) => connection.tellAttempt(attempt));
  }

  /** @param {AttemptSummary} attempt */
  tellLastAttempt(attempt) {
    this.tellAttempt(attempt);
  }

  /** @param {Gap} gap */
  tellGap(gap) {
    this.#send((connection) => connection.tellGap(gap));
  }

  /** @param {CloseReason} reason @param {boolean} firesError */
  end(reason, firesError) {
    if (this.isClosed) return;
    this.host.shared.delete(this.#key);
    super.end(reason, false);
    this.#send((connection) => connection.end(reason, firesError, true));
  }

  /** @param {EventSourceError} error */
  tellClosingError(error) {
    return [...this.#shares].filter(({ link }) => link.tellClosingError(error)).length > 0;
  }

  /** Sources that join during the call are not told. @param {import("./inputs.js").Input} input */
  #send(input) {
    for (const share of [...this.#shares]) {
      share.announceOpen();
      if (share.link.receive(input)) this.shouldYield = true;
    }
  }
}

/** The transport of a source that shares a connection. */
class Share {
  link;
  /** The state of the connection that it joins. */
  state;
  #shared;
  /** Cancels the task that reports the open connection, until that task has run. @type {(() => void) | undefined} */
  #cancelOpen;
  /** @type {Map<Subscription, () => void>} */
  #undos = new Map();
  #undoAll = () => {};
  /** The last event that a subscription has received. @type {import("./typed-event.js").TypedEvent | undefined} */
  #received;

  /** @param {SharedConnection} shared @param {Link} link @param {Host} host */
  constructor(shared, link, host) {
    this.#shared = shared;
    this.link = link;
    this.state = shared.state;
    shared.join(this);
    if (shared.state.type === "open") this.#cancelOpen = host.after(0, () => this.announceOpen());
  }

  get lastEventId() {
    return this.#shared.lastEventId;
  }

  get stats() {
    return this.#shared.stats;
  }

  /** Tells a source that has joined an open connection that it is open, before anything else and in a separate task. */
  announceOpen() {
    if (this.#forgetOpen()) this.link.receive(relayedState(this.state));
  }

  /** @param {Subscription} subscription */
  listen(subscription) {
    const undo = this.#shared.on(subscription.name, (text) => {
      this.#received = text;
      this.#receive(subscription, text);
    });
    this.#undos.set(subscription, undo);
  }

  /** @param {Subscription} subscription @param {import("./typed-event.js").TypedEvent} text */
  #receive(subscription, text) {
    this.announceOpen();
    if (this.link.receiveEvent(subscription, /** @type {string} */ (text.data), text)) this.#shared.shouldYield = true;
  }

  /** @param {boolean} listensToAll */
  listenToAll(listensToAll) {
    this.#undoAll();
    this.#undoAll = () => {};
    if (!listensToAll) return;
    this.#undoAll = this.#shared.onAny((text) => {
      if (this.#received !== text) this.#receive(this.link.newSubscription(text.type), text);
    });
  }

  /** @param {Subscription} subscription */
  unlisten(subscription) {
    this.#undos.get(subscription)?.();
    this.#undos.delete(subscription);
  }

  trackIds() {
    this.#shared.trackIds();
  }

  /** @param {boolean} isHeldBack */
  holdBack(isHeldBack) {
    this.#shared.holdBack(this, isHeldBack);
  }

  /** @param {number} input */
  ask(input) {
    this.#shared.ask(input);
  }

  /** Returns whether the task had yet to run. */
  #forgetOpen() {
    const cancel = this.#cancelOpen;
    this.#cancelOpen = undefined;
    cancel?.();
    return Boolean(cancel);
  }

  close() {
    this.#forgetOpen();
    for (const subscription of this.#undos.keys()) this.unlisten(subscription);
    this.#undoAll();
    this.#shared.leave(this);
  }
}
