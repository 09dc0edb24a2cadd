// @ts-check
// A member whose last event the hub does not know: it was frozen, and the hub does not have what came next; or it is further than the
// hub, which has yet to come to that event. It asks the server for what comes next until what that sends meets what the hub sends.

import { INPUT_BODY_ENDED, INPUT_FINISHED, INPUT_LOST } from "../numbers.js";
import { EVENT } from "./kinds.js";
import { keyOf } from "./received.js";

/** @typedef {import("../audience.js").Subscription} Subscription */
/** @typedef {import("../host.js").Host} Host */
/** @typedef {import("../host.js").Link} Link */
/** @typedef {import("./messages.js").Entry} Entry */

/** How long it may take, in milliseconds, and how many events there may be. */
const LONGEST = 5000;
const MOST = 4096;

/** The inputs after which nothing comes. */
const ENDS = [INPUT_LOST, INPUT_BODY_ENDED, INPUT_FINISHED];

export class CatchingUp {
  /** What the hub has sent. @type {Entry[]} */
  #later;
  /** What the server has sent. @type {Entry[]} */
  #events = [];
  #isOver = false;
  #received;
  #transport;
  #cancelLimit;
  #onEnd;

  /**
   * @param {Host} host
   * @param {import("../sharing.js").Open} open
   * @param {Link} link The link of the member.
   * @param {string} lastEventId
   * @param {import("./received.js").Received} received What the member has: a server may send that another time.
   * @param {Entry} first The first event of the hub.
   * @param {(entries: Entry[], hasLost: boolean) => void} onEnd Gets what comes next.
   */
  constructor(host, open, link, lastEventId, received, first, onEnd) {
    this.#received = received;
    this.#later = [first];
    this.#onEnd = onEnd;
    this.#cancelLimit = host.after(LONGEST, () => this.end(true));
    this.#transport = open(lastEventId, {
      ...link,
      receive: (input) => {
        if (typeof input !== "function" && ENDS.includes(input.type)) this.end(true);
        return false;
      },
      receiveEvent: ({ name }, data, { lastEventId, origin }) => {
        this.#receive([0, EVENT, name, data, lastEventId, origin]);
        return false;
      },
      hint: () => {},
      tally: { events: 0, bytes: 0 },
      asks: () => {},
    });
  }

  /** @param {Iterable<Subscription>} subscriptions @param {boolean} [listensToAll] */
  listen(subscriptions, listensToAll) {
    for (const subscription of subscriptions) this.#transport.listen(subscription);
    if (listensToAll) this.#transport.listenToAll?.(true);
  }

  /** Adds what the hub sends. @param {Entry} entry */
  add(entry) {
    this.#later.push(entry);
    if (this.#later.length > MOST) this.end(true);
  }

  /** @param {Entry} event */
  #receive(event) {
    if (this.#isOver || this.#received.has(event)) return;
    const key = keyOf(event);
    const met = this.#later.findIndex((entry) => entry[1] === EVENT && keyOf(entry) === key);
    // A server that sends nothing again goes on later than the hub has.
    if (met >= 0) return this.end(met > 0);
    this.#events.push(event);
    if (this.#events.length > MOST) this.end(true);
  }

  /** The hub comes to what the member has: until now it has sent what is known. */
  cancel() {
    this.#events = [];
    this.giveWay();
  }

  /** A hub follows that finds the member's place by the last event id, and sends all that comes next. */
  giveWay() {
    this.#later = this.#later.filter(([, kind]) => kind !== EVENT);
    this.end(false);
  }

  /** @param {boolean} hasLost */
  end(hasLost) {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelLimit();
    this.#transport?.close();
    this.#onEnd([...this.#events, ...this.#later], hasLost);
  }
}
