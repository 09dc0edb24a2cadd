// @ts-check
// `fetch`, the body's stream, and the parser of the wasm half.

import { EventSourceError, messageOf } from "../error.js";
import { Reading, encoder } from "./reading.js";
import { beginningOf, contentTypeOf, isEventStream, retryAfterOf } from "./response.js";
import { resumed } from "./resumed.js";

/** @typedef {import("../connection.js").Connection} Connection */
/** @typedef {import("../connection.js").Subscription} Subscription */
/** @typedef {import("../typed-event.js").Settings} Settings */
/** @typedef {import("../wasm/typed_eventsource.js").Outlook} Outlook */

export class FetchTransport {
  #url;
  #settings;
  #connection;
  #header;
  #abort = new AbortController();
  #reading;

  /**
   * @param {string} url
   * @param {Settings} settings
   * @param {string} lastEventId
   * @param {Connection} connection
   */
  constructor(url, settings, lastEventId, connection) {
    this.#url = resumed(url, settings.resumeParameter, lastEventId);
    this.#header = settings.resumeParameter === undefined ? lastEventId : "";
    this.#settings = settings;
    this.#connection = connection;
    const { headers } = settings;
    // What cannot be right is said at once, as far as it is known.
    const request = this.#request(typeof headers === "function" ? undefined : headers);
    this.#reading = new Reading(lastEventId, settings.maxEventSize, connection);
    this.#run(request);
  }

  get lastEventId() {
    return this.#reading.lastEventId;
  }

  /** @param {Subscription} subscription */
  listen(subscription) {
    this.#reading.listen(subscription);
  }

  /** @param {Subscription} subscription */
  unlisten(subscription) {
    this.#reading.unlisten(subscription);
  }

  close() {
    this.#reading.close();
    this.#abort.abort();
  }

  /** Plays until the end, of which nobody is told once this is closed. @param {Request} request */
  async #run(request) {
    // Whoever makes the headers may use the source, which has to be there by then, and may close it.
    await undefined;
    if (!this.#reading.isOpen) return;
    const tell = await this.#attempt(request);
    if (this.#reading.isOpen) tell();
  }

  /** Answers with what there is to tell at the end. @param {Request} request */
  async #attempt(request) {
    const { headers } = this.#settings;
    if (typeof headers === "function") {
      let fresh;
      try {
        fresh = await headers();
      } catch (cause) {
        const message = `the headers of the request could not be made: ${messageOf(cause)}`;
        // Whoever makes them may succeed the next time.
        return this.#lost(new EventSourceError("headers", message, { cause }));
      }
      try {
        request = this.#request(fresh, true);
      } catch (error) {
        return this.#lost(/** @type {EventSourceError} */ (error), "failed");
      }
    }
    let response;
    try {
      response = await fetch(request);
    } catch (cause) {
      return this.#lostBy(cause);
    }
    const { status } = response;
    if (status === 204) return () => this.#connection.finished();
    if (status !== 200 || !isEventStream(contentTypeOf(response))) return this.#refused(response);
    if (!this.#reading.isOpen) return () => {};
    return this.#read(response);
  }

  /** @param {Response} response */
  async #read(response) {
    this.#connection.opened();
    try {
      const error = await this.#reading.read(response);
      if (error) return this.#lost(error, "failed");
    } catch (cause) {
      return this.#lostBy(cause);
    }
    if (this.#settings.endsByEnding) return () => this.#connection.finished();
    return this.#lostBy("the server ended the stream");
  }

  /** @param {Response} response */
  async #refused(response) {
    const { status } = response;
    const contentType = contentTypeOf(response);
    const body = await beginningOf(response, this.#abort);
    const isStatus = status !== 200;
    const message = isStatus
      ? `${this.#url} answered with status ${status}${body && `: ${body}`}`
      : `${this.#url} answered with ${contentType ?? "no content type"}, not with text/event-stream`;
    const error = new EventSourceError(isStatus ? "status" : "content-type", message, { status, contentType, body });
    return this.#lost(error, "failed", retryAfterOf(response));
  }

  /** @param {unknown} cause */
  #lostBy(cause) {
    const message = `the connection to ${this.#url} was lost: ${messageOf(cause)}`;
    return this.#lost(new EventSourceError("connection-lost", message, { cause }));
  }

  /** @param {EventSourceError} error @param {Outlook} [outlook] @param {number} [retryAfter] */
  #lost(error, outlook = "reestablish", retryAfter) {
    return () => this.#connection.lost(error, outlook, retryAfter);
  }

  /** @param {HeadersInit | null} [given] @param {boolean} [isFresh] */
  #request(given, isFresh = false) {
    const { method, body, credentials, mode = "cors", cache = "no-store", redirect, referrerPolicy, withCredentials } = this.#settings;
    try {
      const headers = new Headers(given ?? undefined);
      if (!headers.has("Accept")) headers.set("Accept", "text/event-stream");
      const isPlaced = isFresh && headers.has("Last-Event-ID");
      if (this.#header && !isPlaced) headers.set("Last-Event-ID", inBytes(this.#header));
      return new Request(this.#url, {
        method,
        headers,
        body,
        mode,
        cache,
        redirect,
        referrerPolicy,
        credentials: credentials ?? (withCredentials ? "include" : "same-origin"),
        signal: this.#abort.signal,
      });
    } catch (cause) {
      const message = `no request can be made like this: ${messageOf(cause)}`;
      throw new EventSourceError("invalid-request", message, { cause });
    }
  }
}

/** A text of which each character is a byte in UTF-8, as headers have it. @param {string} text */
const inBytes = (text) => Array.from(encoder.encode(text), (byte) => String.fromCharCode(byte)).join("");
