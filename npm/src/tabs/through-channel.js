// @ts-check
// The way to a hub in one of the tabs, where there is no shared worker: the tab that has a lock leads, and speaks to the others over a
// channel. If it falls silent, another takes the lock.

import { shortened } from "./backlog.js";
import { Hub, sendEntries } from "./hub.js";
import { locks, whenReleased } from "./locks.js";
// With this esbuild keeps what both use in one file.
import "./open.js";
import { PROTOCOL } from "./messages.js";
import { watchSilence } from "./silence.js";

/** @typedef {import("./hub.js").Peer} Peer */
/** @typedef {import("./member.js").Member} Member */

// Whom a message is for, if not one member.
const HUB = 0;
const ALL = 1;

/** How much later some take the lock of a leader that is silent, in milliseconds: up to `JITTER`, and the hidden ones `HIDDEN` later. */
const JITTER = 100;
const HIDDEN = 100;

/** How many entries may wait in the leader's tab before it gets no more. They stay in the log. */
const MOST_WAITING = 1024;

/** How long a leader whose stream has ended keeps its lock, in milliseconds. By then the others know. */
const END_KNOWN = 500;

/** A name for what has this key, from which the key cannot be told. @param {string} key */
async function nameOf(key) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  return `${PROTOCOL} ${Array.from(new Uint8Array(digest), (byte) => byte.toString(16)).join("")}`;
}

export class ThroughChannel {
  #member;
  /** The name of the lock and of the channel. */
  #name = "";
  /** @type {BroadcastChannel | undefined} */
  #channel;
  /** The term of the latest hub of this channel. */
  #term = 0;
  /** The hub, while this tab leads. @type {Hub | undefined} */
  #hub;
  /** How many tabs will follow, once the one before has gone that led. */
  #expected = Infinity;
  /** The other members of the hub. @type {Map<string, RemotePeer>} */
  #peers = new Map();
  /** This member, as its hub sees it. @type {Peer} */
  #itself;
  /** All other members, who are sent new entries together. @type {Peer} */
  #all;
  #hasEnded = false;
  /** @type {ReturnType<typeof watchSilence> | undefined} */
  #silence;
  #cancelTaking = () => {};
  #abort = new AbortController();
  /** Ends the request for the lock that waits. */
  #waiting = new AbortController();
  #release = () => {};

  /** @param {Member} member */
  constructor(member) {
    this.#member = member;
    const peers = this.#peers;
    this.#itself = {
      introduction: member.introduction,
      sentUpTo: 0,
      // How far the others are is not known: they set the pace if what listens here is slow.
      get pace() {
        return peers.size && member.isHeldBack ? undefined : this.sentUpTo;
      },
      post: (name, ...details) => member.receive(name, ...details),
      postEntries: (...details) => member.receive("entries", ...details),
      flush: (hub) => {
        // What the listeners here do is no reason for the others to wait.
        this.sendToAll(hub);
        sendEntries(this.#itself, hub, hub.log.last, () => member.queue.length < MOST_WAITING);
      },
    };
    this.#all = { ...this.#itself, postEntries: (...details) => this.#send(ALL, "entries", ...details) };
    this.#begin();
  }

  /** The number of the last entry that all were sent. */
  get sentToAll() {
    return this.#all.sentUpTo;
  }

  /** @returns {import("../index.js").Role} */
  get role() {
    return this.#hub ? "leader" : "follower";
  }

  get #isClosed() {
    return this.#abort.signal.aborted;
  }

  async #begin() {
    this.#name = await nameOf(this.#member.key);
    if (this.#isClosed) return;
    try {
      this.#channel = new BroadcastChannel(this.#name);
    } catch {
      // The user has forbidden the origin to store anything.
      return this.#member.openAlone();
    }
    this.#channel.onmessage = ({ data }) => this.#receive(data);
    this.post("join", this.#member.introduction);
    await this.#take({ ifAvailable: true }, false);
    if (this.#isClosed) return;
    this.#silence = watchSilence(
      this.#member.host,
      () => this.post("ping"),
      () => this.#takeLater(),
    );
    this.#take({ signal: this.#waiting.signal });
  }

  /** Takes the lock from a leader that is silent, unless another tab does so first. */
  #takeLater() {
    const { host } = this.#member;
    this.#cancelTaking = host.after((host.isHidden() ? HIDDEN : 0) + host.random() * JITTER, () => {
      this.#waiting.abort();
      this.#take({ steal: true });
    });
  }

  /** Leads once it has the lock, until this is closed. @param {LockOptions} options @param {boolean} [follows] Whether there was a leader before. */
  async #take(options, follows = true) {
    let isLeader = false;
    try {
      await /** @type {LockManager} */ (locks).request(this.#name, options, (lock) => {
        if (!lock || this.#isClosed) return;
        isLeader = true;
        return this.#lead(follows);
      });
    } catch {
      if (this.#isClosed || options.signal?.aborted) return;
      // Another tab has taken the lock; or there are none for this page, whose origin is opaque.
      if (isLeader) this.#member.rejoin();
      else this.#member.openAlone();
    }
  }

  /** @param {boolean} follows */
  #lead(follows) {
    const { url, settings, host, open, introduction } = this.#member;
    this.#silence?.stop();
    // Two tabs may take the lock within a millisecond.
    this.#term = Math.max(Date.now(), this.#term + 1, introduction.position.term + 1) + host.random();
    this.#hub = new Hub(this.#term, url, settings, host, open, () => (this.#hasEnded = true));
    this.#expected = this.#member.tabs - 1;
    this.#send(ALL, "lead");
    this.#hub.join(this.#itself, follows, this.#expected);
    return new Promise((resolve) => (this.#release = () => resolve(undefined)));
  }

  /** @param {[term: number, from: string, to: string | number, name: string, ...details: any[]]} message */
  #receive([term, from, to, name, ...details]) {
    const { introduction } = this.#member;
    if (to === HUB) return this.#serve(from, name, details);
    if (this.#hub || term < this.#term || (to !== ALL && to !== introduction.name)) return;
    this.#term = term;
    this.#silence?.note();
    this.#cancelTaking();
    if (name === "lead") this.post("join", introduction);
    // Entries that come before the hub's welcome will come another time.
    else if (name !== "entries" || introduction.position.term === term) this.#member.receive(name, ...details);
    this.#member.queue = shortened(this.#member.queue);
  }

  /** Does what another member asks the hub for. @param {string} from @param {string} name @param {any[]} details */
  #serve(from, name, [detail]) {
    if (!this.#hub) return;
    const known = this.#peers.get(from);
    if (name === "ping") this.#send(ALL, "pong");
    else if (name === "join") {
      if (known) this.#remove(known);
      const peer = new RemotePeer(this, detail);
      this.#peers.set(from, peer);
      this.#hub.join(peer, true, this.#expected);
      whenReleased(detail.lock, this.#abort.signal, () => this.#remove(peer));
    } else if (known && name === "leave") this.#remove(known);
    else if (known) this.#ask(known, name, detail);
    else if (name !== "leave") this.#send(from, "rejoin");
  }

  /** @param {RemotePeer} peer */
  #remove(peer) {
    this.#hub?.leave(peer);
    const { name } = peer.introduction;
    if (this.#peers.get(name) === peer) this.#peers.delete(name);
  }

  /** @param {Peer} peer @param {string} name @param {any} detail */
  #ask(peer, name, detail) {
    if (name === "update") this.#hub?.update(peer, detail);
    else if (name === "ask") this.#hub?.ask(detail);
  }

  /** @param {string | number} to @param {string} name @param {...any} details */
  #send(to, name, ...details) {
    // A listener here may have closed the source, while others are still to be sent something.
    if (!this.#isClosed) this.#channel?.postMessage([this.#term, this.#member.introduction.name, to, name, ...details]);
  }

  /** @param {string} to @param {string} name @param {...any} details */
  sendTo(to, name, ...details) {
    this.#send(to, name, ...details);
  }

  /** Sends all members the entries that are new. @param {Hub} hub */
  sendToAll(hub) {
    sendEntries(this.#all, hub, hub.log.last);
  }

  /** @param {string} name @param {any} [detail] */
  post(name, detail) {
    if (this.#hub && name === "received") this.#hub.flush();
    else if (this.#hub) this.#ask(this.#itself, name, detail);
    else if (name !== "received") this.#send(HUB, name, detail);
  }

  close() {
    if (this.#hub) this.#hub.leave(this.#itself);
    else this.post("leave");
    this.#abort.abort();
    this.#waiting.abort();
    this.#cancelTaking();
    this.#silence?.stop();
    const hasEnded = this.#hasEnded;
    this.#hub?.close();
    // The others should know that the stream has ended before one of them may lead.
    if (hasEnded) this.#member.host.after(END_KNOWN, this.#release);
    else this.#release();
    this.#channel?.close();
    this.#channel = undefined;
  }
}

/** Another tab's member, as the hub in this tab sees it. */
class RemotePeer {
  #way;
  introduction;
  /** What was sent to it alone, until it has what all were sent. @type {number | undefined} */
  #sentUpTo;

  /** @param {ThroughChannel} way @param {import("./messages.js").Introduction} introduction */
  constructor(way, introduction) {
    this.#way = way;
    this.introduction = introduction;
  }

  get sentUpTo() {
    return this.#sentUpTo ?? this.#way.sentToAll;
  }

  set sentUpTo(number) {
    this.#sentUpTo = number < this.#way.sentToAll ? number : undefined;
  }

  /** @param {string} name @param {...any} details */
  post(name, ...details) {
    this.#way.sendTo(this.introduction.name, name, ...details);
  }

  /** @param {...any} details */
  postEntries(...details) {
    this.post("entries", ...details);
  }

  /** @param {Hub} hub */
  flush(hub) {
    sendEntries(this, hub, this.#way.sentToAll);
    this.#way.sendToAll(hub);
  }
}
