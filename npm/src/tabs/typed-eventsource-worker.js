// @ts-check
// The script of the shared worker. It has the connections, and each tab has a port to it for each of its sources.

import "./with-package.js";
import { EventSourceError } from "../error.js";
import { browser } from "../host.js";
import { loading, provide, start } from "../init.js";
import { DECISION_AS_PROPOSED } from "../numbers.js";
import { Diagnosis } from "../transport/diagnosis.js";
import { BrowserTransport } from "../transport/browser.js";
import { FetchTransport } from "../transport/fetch.js";
import { Redirects } from "../transport/redirects.js";
import { headOf } from "../transport/response.js";
import { bytesOf } from "../wasm-text.js";
import { Hub, sendEntries } from "./hub.js";
import { holdLock, whenReleased } from "./locks.js";
import { EVENT } from "./kinds.js";
import { WORKER_LOCK, newName, pack, unpack } from "./messages.js";
import { text } from "../wasm/engine.js";

/** @typedef {import("../options.js").Settings} Settings */
/** @typedef {import("./messages.js").Entry} Entry */
/** @typedef {import("./messages.js").Introduction} Introduction */

// Without WebAssembly the pages share by another way: bundlers that make one file of a worker may refuse `import()` in it.
provide(() => bytesOf(text));

/** How many batches a tab may have that it has not handed over. */
const MOST_IN_FLIGHT = 4;

/** How long a tab may take to say that it hears a call, before another tab is asked as well, in milliseconds. */
const TIMEOUT = 500;

/** The hubs by the keys of their sources. @type {Map<string, SharedHub>} */
const hubs = new Map();

/** What `askRule` answers where no rule does. */
const AS_PROPOSED = [DECISION_AS_PROPOSED, 0];

const { signal: untilTheEnd } = new AbortController();
holdLock(WORKER_LOCK, untilTheEnd, "shared");
const whenLocked = holdLock(`${WORKER_LOCK} ${newName()}`, untilTheEnd);

/** Fetches, and has a tab judge each response before the transport does so. */
class JudgedFetch extends Redirects {
  #accept;
  /** What the user's function has answered, or thrown. @type {() => boolean} */
  verdict = () => false;

  /** @param {(head: import("../index.js").ResponseHead) => Promise<boolean>} accept */
  constructor(accept) {
    super();
    this.#accept = accept;
  }

  /** @param {Request} request */
  async fetch(request) {
    const response = await super.fetch(request);
    this.verdict = await this.#accept(headOf(response, request.url)).then(
      (answer) => () => answer,
      (exception) => () => {
        throw exception;
      },
    );
    return response;
  }
}

/** A hub, and what it needs the functions of the tabs for. */
class SharedHub extends Hub {
  /** @type {Set<PortPeer>} */
  #ports = new Set();

  /** @param {number} term @param {string} key @param {string} url @param {Settings} settings @param {string[]} functions */
  constructor(term, key, url, settings, functions) {
    /** @type {any} */
    const complete = { ...settings, isElsewhere: true, policy: { ...settings.policy } };
    for (const name of functions) complete[name] = (/** @type {any[]} */ ...details) => this.#call(name, details);
    if (complete.rule) complete.policy.rule = (/** @type {any[]} */ ...details) => complete.rule(...details).catch(() => AS_PROPOSED);
    const Transport = settings.isFetch ? FetchTransport : BrowserTransport;
    const diagnosis = new Diagnosis(complete);
    if (complete.accept) {
      const judged = new JudgedFetch(complete.accept);
      diagnosis.redirects = judged;
      complete.accept = () => judged.verdict();
    }
    const open = (/** @type {string} */ id, /** @type {import("../host.js").Link} */ link) =>
      new Transport(url, complete, id, link, diagnosis);
    super(term, url, complete, browser, open, () => hubs.delete(key));
  }

  /** @param {PortPeer} peer @param {boolean} follows */
  join(peer, follows) {
    this.#ports.add(peer);
    super.join(peer, follows);
  }

  /** @param {PortPeer} peer */
  leave(peer) {
    this.#ports.delete(peer);
    super.leave(peer);
  }

  /**
   * Asks a function of the user, which a tab has; another tab as well if that does not hear it, is suspended, or goes. The first answer
   * counts.
   *
   * @param {string} name
   * @param {any[]} details
   */
  #call(name, details) {
    /** Each with the function that ends the call. @type {Map<PortPeer, () => void>} */
    const asked = new Map();
    const answer = new Promise((resolve, reject) => {
      const askNext = () => {
        const peer = [...this.#ports].find((port) => !asked.has(port));
        if (peer) asked.set(peer, peer.call(name, details, resolve, askNext));
        else if (![...asked.keys()].some((port) => this.#ports.has(port))) reject(new EventSourceError("request", "no tab answers"));
      };
      details[0]?.signal?.addEventListener("abort", reject);
      askNext();
    });
    return answer.finally(() => asked.forEach((end) => end()));
  }
}

/** A member, at the other end of a port. */
class PortPeer {
  /** @type {Introduction} */
  introduction = /** @type {any} */ (undefined);
  sentUpTo = 0;

  get pace() {
    return this.sentUpTo;
  }

  /** Up to which entry the member knows that it has all. */
  #toldUpTo = 0;
  #port;
  /** @type {SharedHub | undefined} */
  #hub;
  #abort = new AbortController();
  /** The numbers of the last entries of the batches that were not handed over yet. @type {number[]} */
  #inFlight = [];
  /** The calls that have not ended. @type {Map<number, { hear: () => void, answer: (value: any) => void, leave: () => void }>} */
  #calls = new Map();
  #count = 0;

  /** @param {MessagePort} port */
  constructor(port) {
    this.#port = port;
    port.onmessage = ({ data: [name, ...details] }) => this.#handlers[name]?.(...details);
    // Not all browsers have this event, by which tabs are missed that have crashed where there are no locks.
    port.addEventListener("close", () => this.#leave());
    whenLocked.then((lock) => this.post("hello", lock));
  }

  /** @type {{ [name: string]: (...details: any[]) => void }} */
  #handlers = {
    join: (introduction, key, url, settings, functions) => {
      this.introduction = introduction;
      const { term } = introduction.position;
      // The term of an earlier hub may be of this millisecond, or of a clock that was fast.
      this.#hub = hubs.get(key) ?? new SharedHub(Math.max(Date.now(), term + 1) + Math.random(), key, url, settings, functions);
      hubs.set(key, this.#hub);
      this.#hub.join(this, term > 0);
      whenReleased(introduction.lock, this.#abort.signal, () => this.#leave());
    },
    update: (changes) => this.#hub?.update(this, changes),
    ask: (input) => this.#hub?.ask(input),
    leave: () => this.#leave(),
    ping: () => {
      this.post("pong");
      const hub = this.#hub;
      // Since its last batch there may have been nothing that it listens to.
      if (hub && this.#toldUpTo < this.sentUpTo && this.sentUpTo === hub.log.last)
        this.#postBatch(this.sentUpTo, [], [hub.lastEventId, hub.stats]);
    },
    received: (upTo) => {
      this.#inFlight = this.#inFlight.filter((number) => number > upTo);
      this.#hub?.flush();
    },
    heard: (call) => this.#calls.get(call)?.hear(),
    answer: (call, value) => this.#calls.get(call)?.answer(unpack(value)),
    refuse: (call, error) => this.#calls.get(call)?.answer(Promise.reject(unpack(error))),
  };

  #leave() {
    this.#abort.abort();
    this.#hub?.leave(this);
    for (const { leave } of this.#calls.values()) leave();
    this.#calls.clear();
  }

  /** @param {string} name @param {...any} details */
  post(name, ...details) {
    if (name === "welcome") this.#toldUpTo = details[1];
    this.#port.postMessage([name, ...details]);
  }

  /**
   * Sends entries, as far as the member listens to them.
   *
   * @param {number} _from
   * @param {number} upTo
   * @param {Entry[]} entries
   * @param {...any} status
   */
  postEntries(_from, upTo, entries, ...status) {
    const { names, listensToAll } = this.introduction;
    const wanted = entries.filter(([, kind, type]) => kind !== EVENT || listensToAll || names.includes(type));
    if (wanted.length) this.#postBatch(upTo, wanted, status);
  }

  /** @param {number} upTo @param {Entry[]} entries @param {any[]} status */
  #postBatch(upTo, entries, status) {
    this.post("entries", this.#toldUpTo, upTo, entries, ...status);
    this.#inFlight.push(upTo);
    this.#toldUpTo = upTo;
  }

  /** Sends what the member listens to. One that hands over slowly gets no more than it can hold. @param {Hub} hub */
  flush(hub) {
    sendEntries(this, hub, hub.log.last, () => this.#inFlight.length < MOST_IN_FLIGHT);
  }

  /**
   * Has the tab call a function. Returns a function that ends the call.
   *
   * @param {string} name
   * @param {any[]} details
   * @param {(answer: any) => void} resolve
   * @param {() => void} askNext Called each time that the tab does not say that it hears the call, and when it goes.
   */
  call(name, details, resolve, askNext) {
    const call = (this.#count += 1);
    let isHeard = false;
    let stopLooking = () => {};
    const wait = () => {
      stopLooking = browser.after(TIMEOUT, () => {
        wait();
        if (!isHeard) askNext();
        isHeard = false;
        // It may have been suspended since.
        this.post("pending", call);
      });
    };
    wait();
    this.#calls.set(call, {
      hear: () => (isHeard = true),
      answer: (value) => {
        this.#calls.delete(call);
        resolve(value);
      },
      leave: () => {
        stopLooking();
        askNext();
      },
    });
    this.post(
      "call",
      call,
      name,
      details.map((detail) => pack(detail)),
    );
    return () => {
      stopLooking();
      if (this.#calls.delete(call)) this.post("abort", call);
    };
  }
}

addEventListener("connect", async (event) => {
  const [port] = /** @type {any} */ (event).ports;
  try {
    start();
    await loading;
    // Until now the port keeps its messages.
    new PortPeer(port);
  } catch {
    port.postMessage(["avoid"]);
  }
});
