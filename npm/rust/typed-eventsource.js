// @ts-check
// What the Rust crate opens a source with that is shared among tabs. `cargo xtask generate` bundles it into the crate.

import "../src/tabs.js";
import { provide, start } from "../src/init.js";
import { INPUT_PAUSE, INPUT_RECONNECT, INPUT_RESUME } from "../src/numbers.js";
import { open } from "../src/open.js";
import { parseSettings } from "../src/options.js";
import { bytesOf } from "../src/wasm-text.js";
import { text } from "../src/wasm/engine.js";

provide(() => bytesOf(text));

/** Makes a shared worker what has the connections. */
export const serve = () => void import("../src/tabs/typed-eventsource-worker.js");

/**
 * What a source is told besides events.
 *
 * @typedef {"state" | "error" | "gap" | "attempt"} Notice
 */

/** A source as the Rust crate uses it: what it delivers is decoded there. */
export class TabsSource {
  #connection;
  #receive;
  #tell;
  /** The functions that end the listening to a name. @type {Map<string, () => void>} */
  #undos = new Map();
  #undoAll = () => {};
  #hearsGaps = false;
  #hearsAttempts = false;
  #isSilent = false;
  /** The last event that was received. @type {object | undefined} */
  #event;

  /**
   * @param {string} url
   * @param {object} options
   * @param {(name: string, data: string, lastEventId: string, origin: string) => boolean} receive Returns whether other tasks should
   *   run before the next event.
   * @param {(notice: Notice, detail: any) => void} tell
   */
  constructor(url, options, receive, tell) {
    start();
    this.#receive = receive;
    this.#tell = tell;
    this.#connection = open(url, parseSettings({ ...options, shared: "tabs", parse: "text" }));
    this.#connection.onState((state) => this.#notify("state", state));
    // The error that has closed the source comes with the state.
    this.#connection.onError((error) => this.#connection.isClosed || this.#notify("error", error));
  }

  /** @param {Notice} notice @param {any} detail */
  #notify(notice, detail) {
    if (!this.#isSilent) this.#tell(notice, detail);
  }

  /** @param {import("../src/typed-event.js").TypedEvent} event */
  #deliver(event) {
    // A listener to its name and one to all names get the same.
    if (this.#isSilent || event === this.#event) return;
    this.#event = event;
    const { type, data, lastEventId, origin } = event;
    if (this.#receive(type, data, lastEventId, origin)) this.#connection.shouldYield = true;
  }

  get lastEventId() {
    return this.#connection.lastEventId;
  }

  get stats() {
    return this.#connection.stats;
  }

  get role() {
    return this.#connection.transport?.role ?? "own";
  }

  get tabs() {
    return this.#connection.transport?.tabs ?? 1;
  }

  /** @param {string} name */
  listen(name) {
    if (!this.#undos.has(name))
      this.#undos.set(
        name,
        this.#connection.on(name, (event) => this.#deliver(event)),
      );
  }

  /** @param {string} name */
  unlisten(name) {
    this.#undos.get(name)?.();
    this.#undos.delete(name);
  }

  /** @param {boolean} listensToAll */
  listenToAll(listensToAll) {
    this.#undoAll();
    this.#undoAll = listensToAll ? this.#connection.onAny((event) => this.#deliver(event)) : () => {};
  }

  /** @param {boolean} isHeldBack */
  holdBack(isHeldBack) {
    this.#connection.holdBack(this, isHeldBack);
  }

  listenToGaps() {
    if (!this.#hearsGaps) this.#connection.onGap((gap) => this.#notify("gap", gap));
    this.#hearsGaps = true;
  }

  listenToAttempts() {
    if (!this.#hearsAttempts) this.#connection.onAttempt((attempt) => this.#notify("attempt", attempt));
    this.#hearsAttempts = true;
  }

  reconnect() {
    this.#connection.ask(INPUT_RECONNECT);
  }

  /** Takes part no longer, and listens to no events, until it resumes. */
  pause() {
    this.#isSilent = true;
    for (const name of this.#undos.keys()) this.unlisten(name);
    this.listenToAll(false);
    this.#connection.ask(INPUT_PAUSE);
  }

  resume() {
    this.#isSilent = false;
    this.#connection.ask(INPUT_RESUME);
  }

  close() {
    this.#isSilent = true;
    this.#connection.close();
  }
}
