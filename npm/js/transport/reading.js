// @ts-check
// From the bytes of a response to events.

import { EventSourceError } from "../error.js";
import { memory } from "../init.js";
import { Parser } from "../wasm/typed_eventsource.js";
import { Turns } from "./turns.js";

/** @typedef {import("../connection.js").Connection} Connection */
/** @typedef {import("../connection.js").Subscription} Subscription */

/** The most bytes that are parsed at once: the memory of wasm never shrinks. */
const SLICE = 256 * 1024;

/** The most bytes of an event, unless told. */
const MAX_EVENT_SIZE = 16 * 1024 * 1024;

// What the parser writes in place of an offset: where it is the same as before, and where it does not lie in the text.
const UNCHANGED = 0xffffffff;
const ASIDE = 0xfffffffe;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Reads one response, as long as it is open. */
export class Reading {
  isOpen = true;

  #connection;
  #limit;
  #parser;
  #id;
  #turns = new Turns();
  /** By the parser's numbers. @type {Subscription[]} */
  #subscriptions = [];

  /** What the parser tells of an event. */
  #record = new Uint32Array();
  /** The bytes at hand that are a text on their own. */
  #bytes = new Uint8Array();
  /** The same as a string, once somebody has asked for it. @type {string | undefined} */
  #text;

  /**
   * @param {string} lastEventId
   * @param {number | undefined} limit
   * @param {Connection} connection
   */
  constructor(lastEventId, limit = MAX_EVENT_SIZE, connection) {
    this.#id = lastEventId;
    this.#limit = limit;
    this.#connection = connection;
    this.#parser = new Parser(lastEventId, limit);
  }

  get lastEventId() {
    return this.isOpen ? this.#parser.lastEventId : this.#id;
  }

  /** @param {Subscription} subscription */
  listen(subscription) {
    this.#subscriptions[this.#parser.listen(subscription.name)] = subscription;
  }

  /** @param {Subscription} subscription */
  unlisten(subscription) {
    this.#parser.unlisten(this.#subscriptions.indexOf(subscription));
  }

  close() {
    this.#id = this.lastEventId;
    this.#tellRetry();
    this.isOpen = false;
    this.#parser.free();
    this.#turns.close();
  }

  /**
   * Hands over what is in a response. Answers with what is wrong with it.
   *
   * @param {Response} response
   * @returns {Promise<EventSourceError | undefined>}
   */
  async read({ body, url }) {
    // Of a response that somebody made by hand there is none.
    const origin = url && new URL(url).origin;
    if (this.isOpen && this.#connection.target) await this.#turns.give();
    const reader = body?.getReader();
    while (reader && this.isOpen) {
      const { value: chunk, done } = await reader.read();
      if (done) break;
      for (let start = 0; this.isOpen && start < chunk.length; start += SLICE) {
        const error = await this.#hear(chunk.subarray(start, start + SLICE), origin);
        if (error) return error;
      }
    }
  }

  /** @param {Uint8Array<ArrayBuffer>} chunk @param {string} origin */
  async #hear(chunk, origin) {
    this.#parser.push(chunk);
    const record = this.#freshRecord();
    this.#bytes = chunk.subarray(record[0], record[1]);
    this.#text = undefined;
    while (!this.#handOverEvents(origin)) {
      if (this.isOpen) await this.#turns.give();
      if (!this.isOpen) return;
    }
    const heard = this.#parser.heard;
    this.#tellRetry();
    if (heard === "tooLarge") {
      const message = `an event is larger than ${this.#limit} bytes: send less at once, or allow for more`;
      return new EventSourceError("event-too-large", message);
    }
    if (heard !== "nothing") this.#connection.heard(heard === "event");
    if (this.#turns.areLate()) await this.#turns.give();
  }

  #tellRetry() {
    const retry = this.#parser.takeRetry();
    if (retry !== undefined) this.#connection.retry(retry);
  }

  /** Hands over the events of the chunk, until that is whole or others are to have their turn. @param {string} origin */
  #handOverEvents(origin) {
    const connection = this.#connection;
    let hasHeard = false;
    for (;;) {
      const number = this.#parser.next();
      if (number === 0) return true;
      if (!hasHeard) connection.heard(true);
      hasHeard = true;
      const subscription = this.#subscriptions[number];
      connection.message(subscription, this.#event(origin));
      // The standard has each event in a task of its own, before which all promises of the one before have settled.
      const ownsTask = subscription.isDom && connection.target;
      if (!this.isOpen || ownsTask || connection.isCongested || this.#turns.isDue()) {
        connection.isCongested = false;
        return false;
      }
    }
  }

  /** The event that the parser has found. @param {string} origin */
  #event(origin) {
    const record = this.#freshRecord();
    const dataStart = record[2];
    const dataEnd = record[3];
    const idStart = record[4];
    const idEnd = record[5];
    if (idStart !== UNCHANGED) this.#id = idStart === ASIDE ? this.#parser.lastEventId : this.#slice(idStart, idEnd);
    const data = dataStart === ASIDE ? this.#parser.takeData() : this.#slice(dataStart, dataEnd);
    return { data, lastEventId: this.#id, origin };
  }

  /** Memory that grows goes elsewhere. */
  #freshRecord() {
    if (this.#record.length === 0) this.#record = new Uint32Array(memory().buffer, this.#parser.record, 6);
    return this.#record;
  }

  /** @param {number} start @param {number} end */
  #slice(start, end) {
    this.#text ??= decoder.decode(this.#bytes);
    return this.#text.substring(start, end);
  }
}
