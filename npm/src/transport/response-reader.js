// @ts-check
// From the bytes of a response to events.

import { EventSourceError } from "../error.js";
import { wasm } from "../init.js";
import { failed, finished, retry } from "../inputs.js";
import { encoder, copyToWasm, textAt } from "../memory.js";
import {
  ARRAY_AT,
  DATA_AT,
  END,
  GO_BACK,
  HEADER,
  ID_AT,
  INPUT_UNLISTENED,
  LISTEN,
  LISTEN_TO_ALL,
  LOOK_FOR,
  NAME_AT,
  NO_RETRY,
  OUT_OF_LINE,
  PUSH,
  RECORD,
  RETRY_AT,
  TERMINAL_DATA,
  TEXT_AT,
  TOO_LARGE,
  UNCHANGED,
  UNLISTEN,
  UNLISTENED_AT,
  UNLISTENED_EVENT,
} from "../numbers.js";
import { detached, typedEvent } from "../typed-event.js";
import { ResponseBody } from "./response-body.js";
import { Yielder } from "./yielder.js";

/** @typedef {import("../host.js").Link} Link */
/** @typedef {import("../audience.js").Subscription} Subscription */

/** The most bytes that are parsed at once: the memory of wasm never shrinks. */
const SLICE = 256 * 1024;

/** The most bytes of an event by default. */
const MAX_EVENT_SIZE = 16 * 1024 * 1024;

/** Reads one response, as long as it is open. */
export class ResponseReader {
  isOpen = true;

  #link;
  #tally;
  /** When the chunk in hand came. */
  #chunkAt = 0;
  #limit;
  #parser;
  #yielder = new Yielder();
  /** @type {ResponseBody | undefined} */
  #body;
  #hasTerminalData;
  #tracksIds = false;
  #listensToAll = false;
  #isHeldBack = false;
  /** Ends the wait for room. */
  #readOn = () => {};
  /** Whether the connection was told of an event that nobody listens to. */
  #hasHinted = false;
  /** The subscriptions by the parser's numbers. @type {(Subscription | undefined)[]} */
  #subscriptions = [];
  /** @type {Map<Subscription, number>} */
  #numbers = new Map();

  /** The address of the parser's records, and a view of them. */
  #address = 0;
  #records = new Uint32Array();
  /** The index of the next record, and how many records there are. */
  #index = 0;
  #count = 0;
  /** Whether the parser may be further in the chunk than the delivered events. */
  #isAhead = false;
  /** The text of the records, made on the first request. @type {string | undefined} */
  #text;
  /** The elements of the array in the text, parsed on the first request. @type {unknown[] | undefined} */
  #values;
  /** The index of the next element. */
  #nextElement = 0;
  /** Whether the data of the rest of the chunk is parsed event by event. */
  #parsesSingly = false;
  /** @type {import("../typed-event.js").EventMeta} */
  #meta;
  /** The last id that the connection was told. */
  #toldId;
  /** Whether the connection was told anything about this chunk. */
  #isTold = false;

  /**
   * @param {import("../options.js").Settings} settings
   * @param {string} lastEventId
   * @param {Link} link
   */
  constructor({ maxEventSize: limit = MAX_EVENT_SIZE, terminalData = "" }, lastEventId, link) {
    this.#meta = { lastEventId, origin: "" };
    this.#toldId = lastEventId;
    this.#limit = limit;
    this.#link = link;
    this.#tally = link.tally;
    const id = encoder.encode(lastEventId);
    this.#parser = wasm.newParser(copyToWasm(id), id.length, limit);
    this.#hasTerminalData = terminalData !== "";
    this.#tell(LOOK_FOR, encoder.encode(terminalData));
  }

  get lastEventId() {
    return this.isOpen && this.#address && !this.#isAhead ? this.#outOfLine(ID_AT) : this.#meta.lastEventId;
  }

  /** @param {Subscription} subscription */
  listen(subscription) {
    const isJson = subscription.parse === "json" && !subscription.terminalFlag;
    const number = this.#tell(LISTEN, encoder.encode(subscription.name), Number(isJson));
    this.#subscriptions[number] = subscription;
    this.#numbers.set(subscription, number);
    this.#goBack();
  }

  /** @param {Subscription} subscription */
  unlisten(subscription) {
    this.#tell(UNLISTEN, encoder.encode(subscription.name));
    this.#subscriptions[/** @type {number} */ (this.#numbers.get(subscription))] = undefined;
    this.#numbers.delete(subscription);
    // The parser may already have passed events that are to be found without a listener.
    if (this.#listensToAll || this.#hasTerminalData) this.#goBack();
  }

  /** @param {boolean} listensToAll */
  listenToAll(listensToAll) {
    this.#listensToAll = listensToAll;
    this.#tell(LISTEN_TO_ALL, new Uint8Array(), Number(listensToAll));
    this.#goBack();
  }

  /** Goes back to the end of the last delivered event, since it has changed which events are listened to. */
  #goBack() {
    if (!this.#isAhead) return;
    const end = this.#freshRecords()[HEADER + RECORD * this.#index - 1];
    this.#tell(GO_BACK, encoder.encode(this.lastEventId), end);
    this.#forgetFound();
    // What is found again would be parsed again with each change.
    this.#parsesSingly = true;
  }

  /** How many events were found that are yet to be handed over. */
  get ahead() {
    return this.#count - this.#index;
  }

  #forgetFound() {
    this.#tally.events -= this.ahead;
    this.#count = this.#index;
  }

  /** Reports all ids from the next chunk on. */
  trackIds() {
    this.#tracksIds = true;
  }

  /** Whether the body has broken off. */
  get isBroken() {
    return Boolean(this.#body?.isBroken);
  }

  /** @param {boolean} isHeldBack */
  holdBack(isHeldBack) {
    this.#isHeldBack = isHeldBack;
    if (this.#body) this.#body.isHeldBack = isHeldBack;
    this.#readOn();
  }

  /**
   * Lets other tasks run. What arrives meanwhile is read, since it would be lost if the connection broke; but not if this is
   * held back. Then it also waits until it may read on.
   */
  async yieldNow() {
    if (!this.#isHeldBack) this.#body?.readAhead();
    while (this.isOpen && this.#isHeldBack) await new Promise((resolve) => (this.#readOn = () => resolve(undefined)));
    if (this.isOpen) await this.#yielder.yieldNow();
  }

  close() {
    this.isOpen = false;
    this.#forgetFound();
    this.#readOn();
    this.#body?.cancel();
    this.#yielder.close();
    wasm.free(this.#parser);
  }

  /** Has a response read from now on. @param {Response} response */
  begin({ body, url }) {
    // A response that was constructed by a script has no URL.
    this.#meta = { ...this.#meta, origin: url && new URL(url).origin };
    this.#body = new ResponseBody(body);
    this.#body.isHeldBack = this.#isHeldBack;
  }

  /** Delivers the events of the response. Returns how it failed. */
  async read() {
    const body = /** @type {ResponseBody} */ (this.#body);
    for (;;) {
      // Somebody may close the source because of the last event, and has to come before the end.
      if (body.isAtEnd || this.#isHeldBack) await this.yieldNow();
      const chunk = this.isOpen && (await body.next());
      if (!chunk) return;
      this.#chunkAt = this.#yielder.noteChunk();
      this.#tally.bytes += chunk.length;
      for (let start = 0; this.isOpen && start < chunk.length; start += SLICE) {
        this.#pushSlice(chunk.subarray(start, start + SLICE));
        while (!this.#handOverEvents()) {
          if (this.isOpen) await this.yieldNow();
          if (!this.isOpen) return;
        }
        const input = this.#afterEvents();
        if (input) return input;
        if (this.isOpen && this.#yielder.shouldYield()) await this.yieldNow();
      }
    }
  }

  /** @param {Uint8Array<ArrayBuffer>} slice */
  #pushSlice(slice) {
    this.#address = this.#tell(PUSH, slice, Number(this.#tracksIds));
    this.#parsesSingly = false;
    this.#isTold = false;
  }

  /** Tells what else is in the slice. Returns how the response failed. */
  #afterEvents() {
    if (!this.#hasHinted && !this.#listensToAll && this.#freshRecords()[NAME_AT + 1]) {
      this.#hasHinted = true;
      this.#link.hint(this.#outOfLine(NAME_AT));
    }
    const unlistened = this.#freshRecords()[UNLISTENED_AT];
    if (unlistened === TERMINAL_DATA) return finished;
    if (unlistened === TOO_LARGE) {
      const limit = this.#limit;
      const message = `an event is larger than ${limit} bytes: send less at once, or allow for more`;
      return failed(new EventSourceError("event-too-large", message, { limit }));
    }
    // Every byte is a sign of life, also one in the middle of an event.
    if (!this.#isTold || unlistened || (this.#tracksIds && this.lastEventId !== this.#toldId))
      this.#tellUnlistened(unlistened === UNLISTENED_EVENT);
  }

  /** What had arrived of an event when the response ended. */
  unfinished() {
    // The number of a parser that was freed may be another's by now.
    if (!this.isOpen) return;
    this.#meta = { ...this.#meta, lastEventId: this.lastEventId };
    const isWithin = this.#tell(END, new Uint8Array());
    const event = isWithin ? typedEvent(this.#outOfLine(ID_AT), this.#outOfLine(DATA_AT), this.#meta) : undefined;
    // The parser has the event's name in place of the id, which `#meta` has.
    this.#address = 0;
    return event;
  }

  /** @param {boolean} isEvent */
  #tellUnlistened(isEvent) {
    const lastEventId = this.#tracksIds ? this.lastEventId : undefined;
    this.#isTold = true;
    this.#toldId = lastEventId ?? this.#toldId;
    this.#link.receive({ type: INPUT_UNLISTENED, isEvent, lastEventId });
  }

  /** Delivers the events of the slice. Returns whether there are no more; otherwise other tasks should run. */
  #handOverEvents() {
    if (this.#isHeldBack) return false;
    while (this.#index < this.#count || this.#findEvents()) {
      const records = this.#freshRecords();
      const place = HEADER + RECORD * this.#index;
      this.#index += 1;
      const number = records[place];
      const isNewName = !number && this.#listensToAll;
      const subscription = isNewName ? this.#link.newSubscription(this.#outOfLine(NAME_AT)) : this.#subscriptions[number];
      const dataEnd = records[place + 2];
      const element = dataEnd < records[ARRAY_AT] ? this.#nextElement++ : undefined;
      const idStart = records[place + 3];
      const idEnd = records[place + 4];
      if (idStart !== UNCHANGED) this.#readId(idStart, idEnd);
      // The event has no listeners, or has none any longer.
      if (!subscription) {
        this.#tally.events -= 1;
        this.#tellUnlistened(true);
        if (this.isOpen) continue;
        return false;
      }
      const data = this.#dataAt(records[place + 1], dataEnd);
      const value = element === undefined ? element : this.#valueAt(element, subscription);
      this.#toldId = this.#meta.lastEventId;
      this.#isTold = true;
      const isSlice = data.length * 4 < records[TEXT_AT + 1];
      const yields = this.#link.receiveEvent(subscription, data, this.#meta, idEnd !== UNCHANGED, isSlice, value);
      if (!this.isOpen || yields || this.#yielder.shouldYieldAfterEvent()) return false;
    }
    return true;
  }

  /** Tells the parser. @param {number} type @param {Uint8Array} bytes @param {number} [number] */
  #tell(type, bytes, number = 0) {
    return wasm.tellParser(this.#parser, type, copyToWasm(bytes), bytes.length, number) >>> 0;
  }

  /** Whether the chunk has more events. */
  #findEvents() {
    this.#count = wasm.nextEvents(this.#parser);
    this.#index = this.#nextElement = 0;
    this.#text = this.#values = undefined;
    this.#isAhead = this.#count > 0;
    if (this.#isAhead) this.#tally.at = this.#chunkAt;
    this.#tally.events += this.#count;
    const time = this.#freshRecords()[RETRY_AT];
    if (time !== NO_RETRY) this.#link.receive(retry(time));
    return this.#isAhead;
  }

  /** @param {number} start @param {number} end */
  #readId(start, end) {
    const lastEventId = start === OUT_OF_LINE ? this.#outOfLine(ID_AT) : this.#wholeText().substring(start, end);
    this.#meta = { lastEventId: detached(lastEventId), origin: this.#meta.origin };
  }

  /** @param {number} start @param {number} end */
  #dataAt(start, end) {
    return start === OUT_OF_LINE ? this.#outOfLine(DATA_AT) : this.#wholeText().substring(start, end);
  }

  /** The text of the records. */
  #wholeText() {
    return (this.#text ??= this.#outOfLine(TEXT_AT));
  }

  /**
   * An element of the array: the data of an event as `JSON.parse` would have it. `undefined` if that has to find out, or if nobody
   * asks for it.
   *
   * @param {number} index
   * @param {Subscription} subscription
   */
  #valueAt(index, { listeners }) {
    if (!this.#values && !listeners.isEmpty && !this.#parsesSingly) this.#values = this.#parseArray();
    return this.#values?.[index];
  }

  /** Parses the data of many events at once, which takes half the time. An error is found again by the event that has it. */
  #parseArray() {
    const records = this.#freshRecords();
    const end = records[ARRAY_AT];
    const count = records[ARRAY_AT + 1];
    try {
      const values = count > 1 ? JSON.parse(this.#wholeText().slice(0, end)) : [];
      if (values.length === count) return values;
    } catch {
      this.#parsesSingly = true;
    }
    return [];
  }

  /** When the memory grows, its buffer is detached, and a new view is needed. */
  #freshRecords() {
    if (!this.#records.length) this.#records = new Uint32Array(wasm.memory.buffer, this.#address);
    return this.#records;
  }

  /** @param {number} index */
  #outOfLine(index) {
    const records = this.#freshRecords();
    return textAt(records[index], records[index + 1]);
  }
}
