// @ts-check
// A source that shares its connection with those of other tabs. For the source, this is its transport.

import { CatchingUp } from "./catching-up.js";
import { askFunction } from "./functions.js";
import { holdLock, locks } from "./locks.js";
import { ATTEMPT, END, EVENT, GAP, LOST, POSITION, REPORT, STATE } from "./kinds.js";
import { PROTOCOL, newName, pack, unpack } from "./messages.js";
import { EventSourceError, Yielder, asError, failed, relayedState } from "./package.js";
import { Received } from "./received.js";
import { ThroughWorker } from "./through-worker.js";

/** @typedef {import("../audience.js").Subscription} Subscription */
/** @typedef {import("../host.js").Host} Host */
/** @typedef {import("../host.js").Link} Link */
/** @typedef {import("../options.js").Settings} Settings */
/** @typedef {import("../sharing.js").Open} Open */
/** @typedef {import("./messages.js").Entry} Entry */
/** @typedef {import("./messages.js").Introduction} Introduction */

/** The name of this tab, for all its sources. */
const tab = newName();

/** How often a tab whose worker fell silent looks whether that answers, in milliseconds. */
const PROBE_PERIOD = 5000;

/** Something was lost, and it is not known how much. @type {Entry} */
const LOST_SOME = [0, LOST];

/** A term that no hub has. */
const NO_HUB = 1;

const FELL_BEHIND = "this tab fell behind, and events were dropped for it";

let hasHinted = false;

/** @typedef {import("./through-channel.js").ThroughChannel} ThroughChannel */
/** @typedef {() => Promise<Pick<typeof import("./through-channel.js"), "ThroughChannel">>} ImportChannel */

/** @type {ImportChannel} */
let importChannel;

/** Says where the way is that needs no worker. @param {ImportChannel} importer */
export function provideChannel(importer) {
  importChannel = importer;
}

export class Member {
  isHeldBack = false;
  /** How many tabs share the connection. */
  tabs = 1;
  /** The id of the last event that was handed over. */
  lastEventId;
  /** @type {import("../index.js").Stats | undefined} */
  stats;
  key;
  url;
  settings;
  host;
  open;
  /** What the hub is told about this source. @type {Introduction} */
  introduction;

  #link;
  #openHere;
  /** How the hub is reached. @type {ThroughWorker | ThroughChannel | undefined} */
  #way;
  /** The role before it had to leave: at the end of the stream, events may wait to be handed over. @type {import("../index.js").Role} */
  #lastRole = "own";
  /** @type {Map<string, Subscription>} */
  #subscriptions = new Map();
  /** What was received and waits to be handed over. @type {Entry[]} */
  queue = [];
  #isHandingOver = false;
  #received = new Received();
  /** @type {CatchingUp | undefined} */
  #catchingUp;
  /** Whether the hub does not know the last event that this member has received. */
  #mayHaveLost = false;
  /** Whether the next events may be ones that an earlier hub has sent. */
  #mayRepeat = false;
  /** The last state that was handed over, as a text. */
  #state = "";
  #yielder = new Yielder();
  /** The calls of the user's functions that have not ended. @type {Map<number, AbortController>} */
  #calls = new Map();
  #cancelProbe = () => {};
  /** Ends the part that it takes, such as its lock, while it takes part. @type {AbortController | undefined} */
  #presence;
  #closed = new AbortController();

  /**
   * @param {string} key The same for sources that can share a connection.
   * @param {string} url
   * @param {Settings} settings
   * @param {Host} host
   * @param {Open} open Opens the connection itself.
   * @param {Open} openHere Shares a connection with sources of this tab alone.
   * @param {string} lastEventId
   * @param {Link} link
   */
  constructor(key, url, settings, host, open, openHere, lastEventId, link) {
    this.key = key;
    this.url = url;
    this.settings = settings;
    this.host = host;
    this.open = open;
    this.#openHere = openHere;
    this.lastEventId = lastEventId;
    this.#link = link;
    const position = { term: 0, number: 0, lastEventId };
    this.introduction = { tab, name: newName(), position, names: [], isHidden: host.isHidden() };
    const { signal } = this.#closed;
    /** @param {string} type @param {(event: any) => void} callback */
    const onGlobal = (type, callback) => addEventListener(type, callback, { capture: true, signal });
    // A page takes no part while it is in the back/forward cache, and cannot lead while it is frozen.
    onGlobal("pagehide", () => this.#exit());
    onGlobal("pageshow", ({ persisted }) => persisted && this.#enter());
    onGlobal("freeze", () => this.role !== "worker" && this.#exit());
    onGlobal("resume", () => this.#enter());
    if (settings.policy.pauseWhenHidden !== undefined) onGlobal("visibilitychange", () => this.#update({ isHidden: host.isHidden() }));
    this.#enter();
  }

  get role() {
    return this.#way?.role ?? this.#lastRole;
  }

  // What a source asks of its transport

  /** @param {Subscription} subscription */
  listen(subscription) {
    this.#subscriptions.set(subscription.name, subscription);
    this.#update({ names: [...this.#subscriptions.keys()] });
  }

  /** @param {Subscription} subscription */
  unlisten(subscription) {
    this.#subscriptions.delete(subscription.name);
    this.#update({ names: [...this.#subscriptions.keys()] });
  }

  trackIds() {
    this.#update({ tracksIds: true });
  }

  /** @param {boolean} listensToAll */
  listenToAll(listensToAll) {
    this.#update({ listensToAll });
  }

  /** @param {boolean} isHeldBack */
  holdBack(isHeldBack) {
    this.isHeldBack = isHeldBack;
    this.#handOver();
  }

  /** @param {number} input */
  ask(input) {
    this.#way?.post("ask", input);
  }

  close() {
    this.#stop();
    this.queue.length = 0;
    this.#yielder.close();
  }

  /** @param {Partial<Introduction>} changes */
  #update(changes) {
    Object.assign(this.introduction, changes);
    this.#way?.post("update", changes);
  }

  // The way to a hub

  async #enter() {
    if (this.#presence) return;
    const { signal } = (this.#presence = new AbortController());
    // Each time another one: a page that was frozen may release its lock late.
    const lock = await holdLock(`${PROTOCOL} ${newName()}`, signal);
    if (signal.aborted) return;
    this.introduction.lock = lock;
    this.#start(true);
  }

  /** @param {boolean} mayUseWorker */
  #start(mayUseWorker) {
    this.#way = mayUseWorker ? ThroughWorker.start(this) : undefined;
    if (!this.#way) this.#startThroughChannel();
  }

  async #startThroughChannel() {
    const signal = this.#presence?.signal;
    const channel = locks && globalThis.BroadcastChannel && (await importChannel().catch(() => undefined));
    if (signal?.aborted) return;
    if (channel) this.#way ??= new channel.ThroughChannel(this);
    else this.openAlone();
  }

  /** Takes no more part. */
  #stop() {
    this.#catchingUp?.end(true);
    this.#exit();
    this.#closed.abort();
  }

  #exit() {
    this.#presence?.abort();
    this.#presence = undefined;
    this.#cancelProbe();
    if (this.#catchingUp) {
      this.#catchingUp.giveWay();
      // Of what its hub has sent, not all is kept: the member's place is to be found by its last event id, as by another hub.
      Object.assign(this.introduction.position, { term: NO_HUB, number: 0 });
    }
    this.#leave();
  }

  #leave() {
    this.#lastRole = this.role;
    this.#way?.close();
    this.#way = undefined;
    // If the hub goes on, it asks another tab.
    for (const call of this.#calls.values()) call.abort();
    this.#calls.clear();
  }

  /** The hub is gone, or does not know this member. Looks for a hub of the same kind. */
  rejoin() {
    const { role } = this;
    this.#leave();
    this.#start(role === "worker");
  }

  /** There is no worker, or it is silent. @param {boolean} isSilent */
  avoidWorker(isSilent) {
    this.#leave();
    this.#start(false);
    // A worker that was killed is silent, and has its lock for a while. Another one may be there.
    if (isSilent) this.#probe(0);
  }

  /** Goes back to the worker once that answers. @param {number} wait In milliseconds. */
  #probe(wait) {
    this.#cancelProbe = this.host.after(wait, () =>
      ThroughWorker.probe(this, (isThere) => {
        if (!this.#presence) return;
        if (!isThere) return this.#probe(PROBE_PERIOD);
        this.#leave();
        this.#start(true);
      }),
    );
  }

  /** Opens a connection for this tab alone, which takes the place of this. */
  openAlone() {
    this.close();
    if (!hasHinted) this.host.hint("not shared among tabs: that needs a shared worker or locks");
    hasHinted = true;
    this.#link.receive((connection) => {
      try {
        connection.use(this.#openHere(this.lastEventId, this.#link));
      } catch (exception) {
        return failed(asError(exception));
      }
    });
  }

  // What the hub says

  /** @param {string} name @param {...any} details */
  receive(name, ...details) {
    this.#handlers[name]?.(...details);
  }

  /** @type {{ [name: string]: (...details: any[]) => void }} */
  #handlers = {
    welcome: (term, number, isUnknown) => {
      const { position } = this.introduction;
      // Some may have come since this member introduced itself.
      if (term === position.term) return;
      this.#catchingUp?.giveWay();
      this.#mayRepeat = position.term > 0;
      this.#mayHaveLost = isUnknown;
      Object.assign(position, { term, number });
    },
    entries: (from, upTo, entries, lastEventId, stats) => {
      const { position } = this.introduction;
      if (from > position.number) return this.rejoin();
      for (const entry of entries) if (!entry[0] || entry[0] > position.number) this.#receiveEntry(entry);
      position.number = Math.max(position.number, upTo);
      if (!this.#mayRepeat) position.lastEventId = lastEventId ?? position.lastEventId;
      // What the hub sends meanwhile shows where the two meet.
      if (this.#catchingUp) this.#way?.post("received", upTo);
      else this.#accept([0, POSITION, position.lastEventId, stats, upTo]);
      this.#handOver();
    },
    tabs: (tabs) => (this.tabs = tabs),
    rejoin: () => this.rejoin(),
    call: (call, name, details) => this.#answer(call, name, details),
    pending: (call) => this.#way?.post("heard", call),
    abort: (call) => this.#calls.get(call)?.abort(),
  };

  /** @param {Entry} entry */
  #receiveEntry(entry) {
    const [, kind, type] = entry;
    if (kind === EVENT) {
      if (!this.introduction.listensToAll && !this.#subscriptions.has(type)) return;
      if (this.#mayRepeat) {
        if (this.#received.has(entry)) return this.#catchingUp?.cancel();
        if (this.#mayHaveLost) return this.#catchUp(entry);
        if (!this.#catchingUp) this.#mayRepeat = false;
      }
    }
    if (this.#catchingUp) this.#catchingUp.add(entry);
    else this.#accept(entry);
    // Another hub would begin the stream another time.
    if (kind === END) this.#stop();
  }

  /** @param {Entry} entry */
  #accept(entry) {
    if (entry[1] === EVENT) {
      this.#received.add(entry);
      this.introduction.position.lastEventId = entry[4];
    }
    this.queue.push(entry);
  }

  /** Asks the server for what the hub may not have: what comes before this. @param {Entry} first */
  #catchUp(first) {
    this.#mayHaveLost = false;
    const { lastEventId } = this.introduction.position;
    const end = (/** @type {Entry[]} */ entries, /** @type {boolean} */ hasLost) => {
      this.#catchingUp = undefined;
      for (const entry of hasLost ? [LOST_SOME, ...entries] : entries) this.#accept(entry);
      this.#handOver();
    };
    if (!lastEventId) return end([first], true);
    try {
      this.#catchingUp = new CatchingUp(this.host, this.open, this.#link, lastEventId, this.#received, first, end);
      this.#catchingUp.listen(this.#subscriptions.values(), this.introduction.listensToAll);
    } catch {
      end([first], true);
    }
  }

  async #handOver() {
    if (this.#isHandingOver) return;
    this.#isHandingOver = true;
    while (!this.isHeldBack && this.queue.length) {
      const entry = /** @type {Entry} */ (this.queue.shift());
      const needsTurn = this.#handOverEntry(entry);
      if (needsTurn || (entry[1] === EVENT && this.#yielder.shouldYieldAfterEvent())) await this.#yielder.yieldNow();
    }
    this.#isHandingOver = false;
  }

  /** Returns whether to yield to the event loop before the next one. @param {Entry} entry @returns {boolean | void} */
  #handOverEntry([, kind, ...details]) {
    const link = this.#link;
    if (kind === EVENT) {
      const [type, data, lastEventId, origin] = details;
      this.lastEventId = lastEventId;
      const subscription = this.#subscriptions.get(type) ?? (this.introduction.listensToAll && link.newSubscription(type));
      return subscription && link.receiveEvent(subscription, data, { lastEventId, origin });
    }
    if (kind === POSITION) {
      [this.lastEventId, this.stats] = details;
      this.#way?.post("received", details[2]);
      return;
    }
    const [detail, follows, state] = unpack(details);
    if (kind === STATE) {
      const text = JSON.stringify(detail);
      const isKnown = text === this.#state || (!this.#state && detail.type === "connecting");
      this.#state = text;
      return isKnown ? undefined : link.receive(relayedState(detail));
    }
    return link.receive((connection) => {
      if (kind === REPORT) connection.report(detail, follows, state);
      else if (kind === GAP) connection.tellGap(detail);
      else if (kind === ATTEMPT) connection.tellAttempt(detail);
      else if (kind === END) connection.end(detail, follows);
      else if (kind === LOST) connection.tell(new EventSourceError("queue-overflow", FELL_BEHIND, { dropped: detail }));
    });
  }

  /** Answers the worker, which asks a function of the user. @param {number} call @param {string} name @param {any[]} details */
  async #answer(call, name, details) {
    const way = this.#way;
    way?.post("heard", call);
    const abort = new AbortController();
    this.#calls.set(call, abort);
    try {
      const answer = await askFunction(name, this.settings, unpack(details), abort.signal);
      way?.post("answer", call, pack(answer));
    } catch (exception) {
      way?.post("refuse", call, pack(exception));
    }
    this.#calls.delete(call);
  }
}
