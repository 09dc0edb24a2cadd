// @ts-check
// The browser's own EventSource.

import { EventSourceError } from "../error.js";
import { resumed } from "./resumed.js";

/** @typedef {import("../connection.js").Connection} Connection */
/** @typedef {import("../connection.js").Subscription} Subscription */

/** Taken before a page can put ours in its place. */
const Native = globalThis.EventSource;

export class BrowserTransport {
  #raw;
  #connection;
  #start;
  #resumes;
  /** @type {MessageEvent<string> | undefined} */
  #last;
  /** @type {Map<Subscription, (event: MessageEvent<string>) => void>} */
  #listeners = new Map();

  /**
   * @param {string} url
   * @param {import("../typed-event.js").Settings} settings
   * @param {string} lastEventId
   * @param {Connection} connection
   */
  constructor(url, { resumeParameter, withCredentials }, lastEventId, connection) {
    if (!Native) {
      const message = "there is no EventSource here: open one in a browser";
      throw new EventSourceError("unsupported", message);
    }
    this.#connection = connection;
    this.#start = lastEventId;
    this.#resumes = resumeParameter !== undefined;
    this.#raw = new Native(resumed(url, resumeParameter, lastEventId), { withCredentials });
    this.#raw.onopen = (event) => {
      if (!isMessage(event)) connection.opened();
    };
    this.#raw.onerror = (event) => {
      if (!isMessage(event)) this.#lost();
    };
  }

  /** A source that was opened anew does not know where it goes on from, and has no id before an event brings one. */
  get lastEventId() {
    return this.#last?.lastEventId || this.#start;
  }

  /** @param {Subscription} subscription */
  listen(subscription) {
    // Nothing but messages has any other name.
    const isAmbiguous = /^(open|error)$/.test(subscription.name);
    const listener = (/** @type {MessageEvent<string>} */ event) => {
      if (isAmbiguous && !isMessage(event)) return;
      this.#last = event;
      if (!this.#connection.admits(subscription.name, event)) return;
      this.#connection.heard(true);
      this.#connection.message(subscription, event);
    };
    this.#listeners.set(subscription, listener);
    this.#raw.addEventListener(subscription.name, listener);
  }

  /** @param {Subscription} subscription */
  unlisten(subscription) {
    const listener = this.#listeners.get(subscription);
    if (listener) this.#raw.removeEventListener(subscription.name, listener);
    this.#listeners.delete(subscription);
  }

  close() {
    this.#raw.close();
    this.#raw.onopen = null;
    this.#raw.onerror = null;
    for (const subscription of this.#listeners.keys()) this.unlisten(subscription);
  }

  /** The `readyState` is all that tells what has happened. */
  #lost() {
    const { url, readyState } = this.#raw;
    if (readyState === Native.CLOSED) {
      const message =
        `the browser gave up on ${url}: the server answered with a status other than 200 (204 means "stop"), with a ` +
        "content type other than text/event-stream, or CORS refused the answer; the network panel shows which";
      this.#connection.lost(new EventSourceError("given-up", message), "failed");
    } else {
      const error = new EventSourceError("connection-lost", `the connection to ${url} was lost`);
      // The browser alone can send the id as a header.
      this.#connection.lost(error, this.#resumes || !this.lastEventId ? "replaceable" : "reconnecting");
    }
  }
}

/** Whether it is a message, which the server may have named `open` or `error`. @param {Event} event */
const isMessage = (event) => event instanceof MessageEvent;
