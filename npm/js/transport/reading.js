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

/** How many bytes are read at once. By itself Firefox hands over all that waits, were it hundreds of megabytes. */
const ROOM = 2 * SLICE;

/** The most bytes of an event, unless told. */
const MAX_EVENT_SIZE = 16 * 1024 * 1024;

// What the parser writes in place of an offset: where it is the same as before, and where it does not lie in the text. Of
// an event without an id of its own the end of the id is the first one.
const UNCHANGED = 0xffffffff;
const ASIDE = 0xfffffffe;

// What the parser writes: the text's offsets, then of each event the number of its name, the offsets of its data and of
// its id, and where it ends.
const TEXT = 2;
const EVENT = 6;

export const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * What reads into our room; where a body is not made of bytes, what does not look at it.
 *
 * @param {ReadableStream} body
 * @returns {ReadableStreamBYOBReader}
 */
function readerOf(body) {
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    return /** @type {any} */ (body.getReader());
  }
}

/** An event as it arrived. Its id is a part of a text, cut out when somebody asks. */
class Message {
  /**
   * @param {string} data
   * @param {string} origin
   * @param {string} text
   * @param {number} start
   * @param {number} end
   */
  constructor(data, origin, text, start, end) {
    this.data = data;
    this.origin = origin;
    this.text = text;
    this.start = start;
    this.end = end;
  }

  get lastEventId() {
    return this.text.substring(this.start, this.end);
  }
}

/** Reads one response, as long as it is open. */
export class Reading {
  isOpen = true;

  #connection;
  #limit;
  #parser;
  #turns = new Turns();
  /** By the parser's numbers. @type {(Subscription | undefined)[]} */
  #subscriptions = [];

  /** What the parser tells of the chunk. */
  #records = new Uint32Array();
  /** How many of the events that it tells of are handed over, and of how many. */
  #index = 0;
  #count = 0;
  /** Whether the parser may be further in the chunk than the events that are handed over. */
  #isAhead = false;
  /** The bytes at hand that are a text on their own. */
  #bytes = new Uint8Array();
  /** The same as a string, once somebody has asked for it. @type {string | undefined} */
  #text;
  /** Where the last event id lies in what. */
  #idText;
  #idStart = 0;
  #idEnd;

  /**
   * @param {string} lastEventId
   * @param {number | undefined} limit
   * @param {Connection} connection
   */
  constructor(lastEventId, limit = MAX_EVENT_SIZE, connection) {
    this.#idText = lastEventId;
    this.#idEnd = lastEventId.length;
    this.#limit = limit;
    this.#connection = connection;
    this.#parser = new Parser(encoder.encode(lastEventId), limit);
  }

  get lastEventId() {
    if (this.isOpen && !this.#isAhead) return decoder.decode(this.#parser.lastEventId);
    return this.#idText.substring(this.#idStart, this.#idEnd);
  }

  /** @param {Subscription} subscription */
  listen(subscription) {
    this.#subscriptions[this.#parser.listen(encoder.encode(subscription.name))] = subscription;
    if (!this.#isAhead) return;
    const end = this.#freshRecords()[TEXT + EVENT * this.#index - 1];
    this.#parser.goBack(end, encoder.encode(this.lastEventId));
    this.#count = this.#index;
  }

  /** @param {Subscription} subscription */
  unlisten(subscription) {
    const number = this.#subscriptions.indexOf(subscription);
    this.#parser.unlisten(number);
    this.#subscriptions[number] = undefined;
  }

  close() {
    this.#keepId(this.lastEventId);
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
    const reader = body && readerOf(body);
    let room = new Uint8Array(ROOM);
    while (reader && this.isOpen) {
      const { value: chunk, done } = await reader.read(room);
      if (done) break;
      for (let start = 0; this.isOpen && start < chunk.length; start += SLICE) {
        const error = await this.#hear(chunk.subarray(start, start + SLICE), origin);
        if (error) return error;
      }
      // It went away, and has come back.
      room = new Uint8Array(chunk.buffer);
    }
  }

  /** @param {Uint8Array<ArrayBuffer>} chunk @param {string} origin */
  async #hear(chunk, origin) {
    if (this.#connection.ids) this.#parser.tellAllIds();
    this.#parser.push(chunk);
    const [start, end] = this.#freshRecords();
    this.#bytes = chunk.subarray(start, end);
    this.#text = undefined;
    while (!this.#handOverEvents(origin)) {
      if (this.isOpen) await this.#turns.give();
      if (!this.isOpen) return;
    }
    // Not as a part of the text, which would live as long.
    if (this.#idText === this.#text) this.#keepId(this.lastEventId);
    const heard = this.#parser.heard;
    this.#tellRetry();
    if (heard === "tooLarge") {
      const message = `an event is larger than ${this.#limit} bytes: send less at once, or allow for more`;
      return new EventSourceError("event-too-large", message);
    }
    if (heard !== "nothing") this.#connection.heard(heard === "event");
    if (this.#connection.ids) this.#connection.passed(this.lastEventId);
    if (this.isOpen && this.#turns.areLate()) await this.#turns.give();
  }

  #tellRetry() {
    const retry = this.#parser.takeRetry();
    if (retry !== undefined) this.#connection.retry(retry);
  }

  /** Hands over the events of the chunk, until that is whole or others are to have their turn. @param {string} origin */
  #handOverEvents(origin) {
    const connection = this.#connection;
    let hasHeard = false;
    while (this.#index < this.#count || this.#findEvents()) {
      const records = this.#freshRecords();
      const place = TEXT + EVENT * this.#index;
      this.#index += 1;
      const subscription = this.#subscriptions[records[place]];
      const hasOwnId = records[place + 4] !== UNCHANGED;
      const message = this.#message(records, place, origin);
      const isNew = !subscription || connection.admits(subscription.name, message, hasOwnId);
      if (!this.isOpen) return false;
      if (!isNew) continue;
      if (!hasHeard) connection.heard(true);
      hasHeard = true;
      if (subscription) connection.message(subscription, message);
      // Nobody listens to it, or nobody does by now.
      else connection.passed(message.lastEventId);
      if (this.isOpen && !subscription) continue;
      // The standard has each event in a task of its own, before which all promises of the one before have settled.
      const ownsTask = subscription?.isDom && connection.target;
      if (!this.isOpen || ownsTask || connection.isCongested || this.#turns.isDue()) {
        connection.isCongested = false;
        return false;
      }
    }
    return true;
  }

  /** Whether there are more in the chunk. */
  #findEvents() {
    this.#count = this.#parser.next();
    this.#index = 0;
    this.#isAhead = this.#count > 0;
    return this.#isAhead;
  }

  /** @param {Uint32Array} records @param {number} place @param {string} origin */
  #message(records, place, origin) {
    const dataStart = records[place + 1];
    const dataEnd = records[place + 2];
    const idStart = records[place + 3];
    const idEnd = records[place + 4];
    if (idStart === ASIDE) {
      this.#keepId(decoder.decode(this.#parser.lastEventId));
    } else if (idStart !== UNCHANGED) {
      this.#idText = this.#wholeText();
      this.#idStart = idStart;
      this.#idEnd = idEnd;
    }
    const data = dataStart === ASIDE ? decoder.decode(this.#parser.takeData()) : this.#wholeText().substring(dataStart, dataEnd);
    return new Message(data, origin, this.#idText, this.#idStart, this.#idEnd);
  }

  /** Of the chunk. Events that are longer need none of it. */
  #wholeText() {
    return (this.#text ??= decoder.decode(this.#bytes));
  }

  /** @param {string} id */
  #keepId(id) {
    this.#idText = id;
    this.#idStart = 0;
    this.#idEnd = id.length;
  }

  /** Memory that grows goes elsewhere. */
  #freshRecords() {
    if (!this.#records.length) this.#records = new Uint32Array(memory().buffer, this.#parser.records);
    return this.#records;
  }
}
