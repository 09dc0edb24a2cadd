// @ts-check
// The connection that sources of several tabs share. A hub is in the shared worker, or in the tab that leads.

import { FOLLOWS_STATE, INPUT_HIDDEN, INPUT_VISIBLE } from "../numbers.js";
import { Log } from "./log.js";
import { ATTEMPT, END, EVENT, GAP, REPORT, STATE } from "./kinds.js";
import { pack } from "./messages.js";
import { Connection, asError, change } from "./package.js";

/** @typedef {import("../host.js").Host} Host */
/** @typedef {import("../index.js").AttemptSummary} AttemptSummary */
/** @typedef {import("../index.js").CloseReason} CloseReason */
/** @typedef {import("../index.js").State} State */
/** @typedef {import("../options.js").Settings} Settings */
/** @typedef {import("../sharing.js").Open} Open */
/** @typedef {import("./messages.js").Introduction} Introduction */
/** @typedef {import("./messages.js").Position} Position */

/**
 * A member as the hub sees it: a source in a tab.
 *
 * @typedef {object} Peer
 * @property {Introduction} introduction
 * @property {number} sentUpTo The number of the last entry that was sent.
 * @property {number} [pace] The entry up to which it keeps up, if that is known and to be waited for.
 * @property {(name: string, ...details: any[]) => void} post
 * @property {(from: number, upTo: number, entries: import("./messages.js").Entry[], lastEventId: string | undefined, stats: any) => void} postEntries
 * @property {(hub: Hub) => void} flush Sends it what is new in the log, as far as it keeps up.
 */

/**
 * How long a hub that follows on another one waits for the members, in milliseconds, unless all are there. It goes on where the last of
 * them is.
 */
const GATHERING = 100;

/** How many entries the quickest member may be behind before the response is read no further. The log keeps more. */
const MOST_BEHIND = 1024;

/** How many entries there may be before the members are sent them. */
const MOST_TOGETHER = 256;

/** How long a connection is kept by default that no member needs, in milliseconds. */
const LINGER = 500;

export class Hub {
  /** Orders the hubs of a stream. */
  term;
  log = new Log();
  #settings;
  #host;
  #connect;
  #onEnd;
  /** @type {Set<Peer>} */
  #peers = new Set();
  /** @type {HubConnection | undefined} */
  #connection;
  /** Where the connection has begun. @type {Position} */
  #beginning = { term: 0, number: 0, lastEventId: "" };
  /** The functions that end the listening to a name; to all of them for the empty one. @type {Map<string, () => void>} */
  #undos = new Map();
  /** The last event. @type {object | undefined} */
  #event;
  #cancelTimer = () => {};
  #willFlush = false;
  #flushedUpTo = 0;
  #hasEnded = false;

  /**
   * @param {number} term
   * @param {string} url
   * @param {Settings} settings
   * @param {Host} host
   * @param {Open} open
   * @param {() => void} onEnd
   */
  constructor(term, url, settings, host, open, onEnd) {
    this.term = term;
    this.#settings = settings;
    /** @type {Host} */
    this.#host = { ...host, isHidden: () => this.#isHidden, onChange: (url, _, callback) => host.onChange(url, false, callback) };
    this.#connect = (/** @type {string} */ lastEventId) =>
      new HubConnection(this, url, { ...settings, parse: "text", schemas: undefined, signal: undefined, lastEventId }, this.#host, open);
    this.#onEnd = onEnd;
  }

  get #isHidden() {
    return [...this.#peers].every(({ introduction }) => introduction.isHidden);
  }

  get lastEventId() {
    return this.#connection?.lastEventId;
  }

  get stats() {
    return this.#connection?.stats;
  }

  // What members ask for

  /**
   * @param {Peer} peer
   * @param {boolean} follows Whether there was another hub before.
   * @param {number} [expected] How many tabs there are, if that is known.
   */
  join(peer, follows, expected = Infinity) {
    this.#cancelTimer();
    this.#peers.add(peer);
    if (this.#connection) this.#welcome(peer);
    // The timers of hidden pages may be a second late.
    else if (follows && this.#tabs >= expected) this.#open();
    else this.#cancelTimer = this.#host.after(follows ? GATHERING : 0, () => this.#open());
    this.#tellTabs();
  }

  /** @param {Peer} peer */
  leave(peer) {
    if (!this.#peers.delete(peer)) return;
    this.#tellTabs();
    if (this.#peers.size) return this.#adapt();
    this.#cancelTimer();
    this.#cancelTimer = this.#host.after(this.#settings.tabs?.linger ?? LINGER, () => this.close());
  }

  /** @param {Peer} peer @param {Partial<Introduction>} changes */
  update(peer, changes) {
    Object.assign(peer.introduction, changes);
    this.#adapt();
  }

  /** @param {number} input */
  ask(input) {
    this.#connection?.ask(input);
  }

  /** Ends. The members are not told: they have left, or look for another hub. */
  close() {
    this.#peers.clear();
    this.#connection?.close();
    this.#finish();
  }

  // What the connection has to tell

  /** @param {number} kind @param {...any} details */
  add(kind, ...details) {
    this.log.add(kind, details);
    // Events of a chunk go together, unless there are very many.
    if (this.log.last - this.#flushedUpTo >= MOST_TOGETHER) return this.flush();
    if (!this.#willFlush) queueMicrotask(() => this.flush());
    this.#willFlush = true;
  }

  /** @param {import("../typed-event.js").TypedEvent} event */
  #addEvent(event) {
    // A listener to its name and one to all names get the same.
    if (event === this.#event) return;
    this.#event = event;
    this.add(EVENT, event.type, event.data, event.lastEventId, event.origin);
  }

  /** @param {CloseReason} reason @param {boolean} firesError */
  end(reason, firesError) {
    this.log.add(END, [pack(reason), firesError]);
    this.#finish();
  }

  /** Sends each member what is new, as far as it keeps up. The quickest sets the pace. */
  flush() {
    this.#willFlush = false;
    this.#flushedUpTo = this.log.last;
    for (const peer of [...this.#peers]) peer.flush(this);
    const paces = [...this.#peers].flatMap(({ pace = [] }) => pace);
    const connection = this.#connection;
    if (!connection || connection.isClosed) return;
    // While nobody is known to keep up, nobody is behind.
    connection.holdBack(this, paces.length > 0 && this.log.last - Math.max(...paces) > MOST_BEHIND);
    if (connection.isHeldBack) connection.shouldYield = true;
  }

  #finish() {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#cancelTimer();
    this.#onEnd();
    this.flush();
  }

  #open() {
    // Those that are further in the stream will skip what they have received.
    const positions = [...this.#peers].map(({ introduction }) => introduction.position);
    positions.sort((one, other) => other.term - one.term || one.number - other.number);
    // A copy: the position of a member in this tab changes.
    this.#beginning = { ...(positions[0] ?? this.#beginning) };
    try {
      this.#connection = this.#connect(this.#beginning.lastEventId);
    } catch (error) {
      this.end({ type: "policy", error: asError(error) }, true);
    }
    for (const peer of this.#peers) this.#welcome(peer);
  }

  /** @param {Peer} peer */
  #welcome(peer) {
    const place = this.#placeOf(peer.introduction.position);
    peer.sentUpTo = place ?? this.log.cut;
    peer.post("welcome", this.term, peer.sentUpTo, place === undefined);
    // This comes before what all are sent together.
    peer.flush(this);
    this.#adapt();
    // Those that know it are not told another time.
    if (this.#connection) this.add(STATE, this.#connection.state);
  }

  /** After which entry a member goes on that is at this position, if that is known. @param {Position} position */
  #placeOf({ term, number, lastEventId }) {
    if (!term) return this.log.last;
    if (term === this.term) return number;
    return lastEventId === this.#beginning.lastEventId ? 0 : this.log.numberOf(lastEventId);
  }

  /** Listens to what the members listen to, and is hidden if all are. */
  #adapt() {
    const connection = this.#connection;
    if (!connection || connection.isClosed) return;
    const introductions = [...this.#peers].map(({ introduction }) => introduction);
    const wanted = new Set(introductions.flatMap(({ names, listensToAll }) => (listensToAll ? ["", ...names] : names)));
    const add = this.#addEvent.bind(this);
    for (const name of wanted) if (!this.#undos.has(name)) this.#undos.set(name, name ? connection.on(name, add) : connection.onAny(add));
    for (const [name, undo] of this.#undos) {
      if (wanted.has(name)) continue;
      this.#undos.delete(name);
      undo();
    }
    if (introductions.some(({ tracksIds }) => tracksIds)) connection.trackIds();
    if (this.#settings.policy.pauseWhenHidden !== undefined) connection.receive(change(this.#isHidden ? INPUT_HIDDEN : INPUT_VISIBLE));
  }

  get #tabs() {
    return new Set([...this.#peers].map(({ introduction }) => introduction.tab)).size;
  }

  #tellTabs() {
    for (const peer of this.#peers) peer.post("tabs", this.#tabs);
  }
}

/**
 * Sends a peer what follows on what it was sent.
 *
 * @param {Peer} peer
 * @param {Hub} hub
 * @param {number} until Up to the entry with this number, and further if that is in the same batch.
 * @param {() => boolean} may Whether another batch may be sent.
 */
export function sendEntries(peer, hub, until, may = () => true) {
  while (peer.sentUpTo < until && may()) {
    const from = peer.sentUpTo;
    const { upTo, entries, lastEventId } = hub.log.after(from);
    peer.sentUpTo = upTo;
    // An id may have come without an event.
    const isAll = upTo === hub.log.last;
    peer.postEntries(from, upTo, entries, isAll ? hub.lastEventId : lastEventId, hub.stats);
  }
}

/** The connection of a hub. What others tell their listeners goes into the hub's log. */
class HubConnection extends Connection {
  /** There once it is constructed: nothing is told before. @type {Hub | undefined} */
  #hub;

  /** @param {Hub} hub @param {string} url @param {Settings} settings @param {Host} host @param {Open} open */
  constructor(hub, url, settings, host, open) {
    super(url, settings, host, open);
    this.#hub = hub;
  }

  /** @param {import("../error.js").EventSourceError} error @param {number} follows @param {State} state */
  report(error, follows, state) {
    if (follows === FOLLOWS_STATE) this.state = state;
    this.#hub?.add(REPORT, pack(error), follows, state);
  }

  /** @param {State} state */
  announce(state) {
    if (!this.isClosed) this.#hub?.add(STATE, state);
  }

  /** @param {AttemptSummary} attempt */
  tellAttempt(attempt) {
    this.#hub?.add(ATTEMPT, pack(attempt));
  }

  /** @param {AttemptSummary} attempt */
  tellLastAttempt(attempt) {
    this.tellAttempt(attempt);
  }

  /** @param {import("../index.js").Gap} gap */
  tellGap(gap) {
    this.#hub?.add(GAP, gap);
  }

  /** @param {CloseReason} reason @param {boolean} firesError */
  end(reason, firesError) {
    if (this.isClosed) return;
    super.end(reason, false);
    this.#hub?.end(reason, firesError);
  }

  /** The members report it. */
  tellClosingError() {
    return true;
  }
}
