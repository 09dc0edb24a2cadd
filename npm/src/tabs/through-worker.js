// @ts-check
// The way to a hub in the shared worker.

import { functionsOf } from "./functions.js";
import { isHeld, whenReleased } from "./locks.js";
import { PROTOCOL, WORKER_LOCK, pack } from "./messages.js";
import { watchSilence } from "./silence.js";

/** @typedef {import("./member.js").Member} Member */

/** How long a worker may take to answer, in milliseconds: one that runs, and one that has to start. */
const TIMEOUT = 500;
const START_TIMEOUT = 3000;

/** The options that each source has for itself. */
const OWN = ["schemas", "parse", "queue", "signal", "tabs"];

/** @param {Member} member */
function startWorker({ settings: { tabs } }) {
  if (tabs?.worker) return new SharedWorker(tabs.worker, { type: "module", name: PROTOCOL });
  // Bundlers understand this form alone, and build the worker.
  return new SharedWorker(new URL("./typed-eventsource-worker.js", import.meta.url), { type: "module", name: "typed-eventsource/1" });
}

export class ThroughWorker {
  role = /** @type {const} */ ("worker");
  #member;
  #port;
  #abort = new AbortController();
  /** @type {ReturnType<typeof watchSilence> | undefined} */
  #silence;
  #cancelTimeout = () => {};
  #isMet = false;

  /** @param {Member} member */
  static start(member) {
    // A `fetch` of the user is in the tab.
    if (!globalThis.SharedWorker || member.settings.fetch) return;
    try {
      return new ThroughWorker(member, startWorker(member));
    } catch {
      // A security policy forbids it, or a bundle of one file has no worker.
    }
  }

  /** Finds out whether the worker answers. @param {Member} member @param {(isThere: boolean) => void} callback */
  static probe(member, callback) {
    const { port } = startWorker(member);
    const end = (/** @type {boolean} */ isThere) => {
      cancel();
      port.close();
      callback(isThere);
    };
    const cancel = member.host.after(TIMEOUT, () => end(false));
    port.onmessage = ({ data: [name] }) => end(name === "hello");
  }

  /** @param {Member} member @param {SharedWorker} worker */
  constructor(member, worker) {
    this.#member = member;
    this.#port = worker.port;
    worker.onerror = (event) => {
      event.preventDefault();
      // Some browsers also report what its script throws later.
      if (!this.#isMet && !this.#isClosed) member.avoidWorker(false);
    };
    this.#port.onmessage = ({ data: [name, ...details] }) => {
      if (this.#isClosed) return;
      if (name === "avoid") return member.avoidWorker(false);
      if (name === "hello") this.#meet(details[0]);
      this.#silence?.note();
      member.receive(name, ...details);
    };
    this.#wait();
    const { key, url, settings, introduction } = member;
    const functions = functionsOf(settings);
    const { rule, ...policy } = settings.policy;
    const left = Object.fromEntries([...functions, ...OWN].map((name) => [name, undefined]));
    const linger = settings.tabs?.linger;
    this.post("join", introduction, key, url, pack({ ...settings, policy, ...left, tabs: { linger } }), functions);
  }

  get #isClosed() {
    return this.#abort.signal.aborted;
  }

  /** A worker that runs and does not answer is suspended. */
  async #wait() {
    const timeout = (await isHeld(WORKER_LOCK)) ? TIMEOUT : START_TIMEOUT;
    if (this.#isMet || this.#isClosed) return;
    this.#cancelTimeout = this.#member.host.after(timeout, () => this.#member.avoidWorker(true));
  }

  /** The worker is there. @param {string | undefined} lock It holds this as long as it runs. */
  #meet(lock) {
    this.#isMet = true;
    this.#cancelTimeout();
    whenReleased(lock, this.#abort.signal, () => this.#member.rejoin());
    this.#silence = watchSilence(
      this.#member.host,
      () => this.post("ping"),
      () => this.#endSilence(lock),
    );
  }

  /** The worker is suspended if it has its lock. @param {string | undefined} lock */
  async #endSilence(lock) {
    const isSuspended = await isHeld(lock);
    if (this.#isClosed) return;
    if (isSuspended) this.#member.avoidWorker(true);
    else this.#member.rejoin();
  }

  /** @param {string} name @param {...any} details */
  post(name, ...details) {
    this.#port.postMessage([name, ...details]);
  }

  close() {
    this.post("leave");
    this.#abort.abort();
    this.#cancelTimeout();
    this.#silence?.stop();
    this.#port.close();
  }
}
