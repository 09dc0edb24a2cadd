// @ts-check
// From the chunks of one response after the other to the bytes of whole events, each once.

import { EventSourceError } from "../error.js";
import { wasm } from "../init.js";
import { copyToWasm, encoder, textAt } from "../memory.js";
import {
  DATA_AT,
  END,
  HEADER,
  ID_AT,
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
  UNHEARD,
  UNLISTEN,
  UNLISTENED_AT,
} from "../numbers.js";
import { detached, typedEvent } from "../typed-event.js";

/** @typedef {import("../index.js").TypedEvent<string>} TextEvent */

/** An event of the chunk: where it ends, whether it has an `id` field, and what it is. @typedef {{ end: number, hasId: boolean, event: () => TextEvent }} FoundEvent */

/** How many events are looked at for the first id, by which a stream that starts again is known. */
const LOOKED_AT = 64;

/** How many names of events are remembered. A server may send any number of them. */
const MOST_NAMES = 64;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const BLANK_LINE = new Uint8Array([LINE_FEED, LINE_FEED]);

/** What is passed on of a stream that comes in several responses. */
export class WholeEvents {
  /** How many events were passed on. */
  count = 0;
  /** The first of them. @type {TextEvent | undefined} */
  first;
  /** The reconnection time that the server has set, in milliseconds. @type {number | undefined} */
  reconnectionTime;
  /** Whether the server has said that it has finished. What follows is passed on as it is. */
  isFinished = false;

  #settings;
  #handles;

  // The parser of the response, and what it has found.
  /** The names of events by the parser's numbers. @type {string[]} */
  #names = [];
  /** Whether the parser tells of each event. */
  #tellsAll = false;
  #address = 0;
  #records = new Uint32Array();
  /** The index of the next record, and how many there are. */
  #index = 0;
  #found = 0;
  /** The text of the records. @type {string | undefined} */
  #text;
  /** The id of the last record. */
  #id = "";

  /** What has arrived of the next event. @type {Uint8Array[]} */
  #held = [];
  /** Whether nothing of this response was passed on, and something of an earlier one was. */
  #isAtJoint = false;
  /** The last byte that was passed on. @type {number | undefined} */
  #last;

  /** The last id of the events that were passed on, at the end of the last response. */
  #lastEventId = "";
  /** The first id. @type {string | undefined} */
  #firstId;
  /** How many events were passed on since the last one with an `id` field. */
  #sinceId = 0;

  /** How many events of this response are to be skipped. */
  #toSkip = 0;
  /** Whether the next event may have been passed on before, by its id. */
  #mayRepeat = false;
  /** Whether this response has started with the first event of the stream. */
  #isReplay = false;
  /** How many events without an `id` field may come again. */
  #mayRepeatWithoutId = 0;

  /** @param {import("./options.js").ResilientSettings} settings @param {{ parser?: number }} handles Where the number of the parser is kept. */
  constructor(settings, handles) {
    this.#settings = settings;
    this.#handles = handles;
  }

  /** The id to go on from. */
  get lastEventId() {
    return this.#address && !this.#isSkipping ? this.#textAt(ID_AT) : this.#lastEventId;
  }

  get #isSkipping() {
    return this.#toSkip > 0 || this.#mayRepeat;
  }

  /** Starts with a response. @param {boolean} isFromStart Whether it starts with the first event of the stream again. */
  begin(isFromStart) {
    const { maxEventSize, terminalEvent, terminalData = "", repeats } = this.#settings;
    const id = encoder.encode(this.#lastEventId);
    this.#handles.parser = wasm.newParser(copyToWasm(id), id.length, maxEventSize);
    this.#names = [];
    this.#tellsAll = false;
    this.#id = this.#lastEventId;
    for (const name of terminalEvent) this.#listen(name);
    this.#tell(LOOK_FOR, encoder.encode(terminalData));
    this.#isAtJoint = this.#last !== undefined;
    this.#toSkip = isFromStart ? this.count : 0;
    this.#mayRepeat = !isFromStart && repeats === undefined && this.#lastEventId !== "" && this.count > 0;
    this.#isReplay = false;
    this.#mayRepeatWithoutId = this.#sinceId;
  }

  /** Takes a chunk, and returns what is to be passed on. @param {Uint8Array} chunk @returns {Uint8Array[]} */
  read(chunk) {
    if (this.isFinished) return [chunk];
    this.#tellOfAll();
    this.#address = this.#tell(PUSH, chunk);
    let start = 0;
    let end = 0;
    for (let found = this.#next(); found && !this.isFinished; found = this.#next()) {
      end = found.end;
      if (this.#isSkipping && this.#isRepeated(found)) {
        start = end;
        this.#held.length = 0;
      } else this.#note(found);
    }
    const unlistened = this.#freshRecords()[UNLISTENED_AT];
    if (unlistened === TOO_LARGE) throw tooLarge(this.#settings.maxEventSize);
    const [count, sinceId, unheardEnd] = new Uint32Array(wasm.memory.buffer, this.#tell(UNHEARD), 3);
    this.count += count;
    this.#sinceId = sinceId < count ? sinceId : this.#sinceId + count;
    this.isFinished ||= unlistened === TERMINAL_DATA;
    if (!this.isFinished) return this.#pass(chunk, start, Math.max(end, unheardEnd));
    this.#skipNoMore();
    return this.#pass(chunk, start, chunk.length);
  }

  /** Ends the response. Returns what had arrived of an event. */
  end() {
    const { parser } = this.#handles;
    if (parser === undefined) return;
    const { lastEventId } = this;
    this.#lastEventId = lastEventId;
    const isWithin = this.#tell(END);
    const event = isWithin ? typedEvent(this.#textAt(ID_AT), this.#textAt(DATA_AT), { lastEventId, origin: "" }) : undefined;
    this.#address = 0;
    wasm.free(parser);
    this.#handles.parser = undefined;
    return event;
  }

  /** Forgets what has arrived of the next event. */
  dropHeld() {
    this.#held.length = 0;
  }

  /** Takes what has arrived of the next event, which lacks only its blank line, and returns what is to be passed on. */
  finish() {
    this.#skipNoMore();
    return this.#pass(BLANK_LINE, 0, BLANK_LINE.length);
  }

  #skipNoMore() {
    this.#mayRepeat = false;
    this.#toSkip = 0;
  }

  /**
   * Whether the response has ended with a terminal event that lacks nothing but its blank line.
   *
   * @param {TextEvent} event What had arrived of an event.
   * @param {boolean} isWhole Whether the response is complete by HTTP.
   */
  isFinishedBy(event, isWhole) {
    const last = this.#held.at(-1)?.at(-1);
    const endsWithLine = last === LINE_FEED || last === CARRIAGE_RETURN;
    return event.data === this.#settings.terminalData || (isWhole && endsWithLine && event.data !== "" && this.#isTerminal(event));
  }

  /** Whether the server says by this event that it has finished. @param {TextEvent} event */
  #isTerminal(event) {
    const { terminalEvent, terminalData, isTerminal } = this.#settings;
    return terminalEvent.includes(event.type) || event.data === terminalData || Boolean(isTerminal?.(event));
  }

  /** Notes an event that is passed on. @param {FoundEvent} found */
  #note({ hasId, event }) {
    this.count += 1;
    this.#sinceId = hasId ? 0 : this.#sinceId + 1;
    this.first ??= event();
    if (hasId) this.#firstId ??= detached(this.#id);
    if (this.#settings.hasTerminal) this.isFinished = this.#isTerminal(event());
  }

  /** Whether an event was passed on before. @param {FoundEvent} found */
  #isRepeated({ hasId }) {
    if (this.#toSkip) {
      this.#toSkip -= 1;
      return true;
    }
    if (hasId) {
      const isLast = this.#id === this.#lastEventId;
      this.#isReplay = !isLast && (this.#isReplay || this.#id === this.#firstId);
      if (isLast) this.#mayRepeatWithoutId = this.#sinceId;
      this.#mayRepeat = isLast || this.#isReplay;
    } else if (!this.#isReplay) {
      // They follow the id, so a server that goes on after the id sends them again.
      this.#mayRepeat = this.#mayRepeatWithoutId > 0;
      this.#mayRepeatWithoutId -= 1;
    }
    return this.#mayRepeat;
  }

  /** What is held, and the bytes of a chunk from `start` to `end`. The rest is held. @param {Uint8Array} chunk @param {number} start @param {number} end */
  #pass(chunk, start, end) {
    /** @type {Uint8Array[]} */
    const pieces = [];
    if (this.#isAtJoint && this.#last === CARRIAGE_RETURN) {
      // The other half of the line end, which is the same by the standard.
      this.#last = LINE_FEED;
      pieces.push(new Uint8Array([LINE_FEED]));
    }
    if (end > start) {
      const held = this.#held.splice(0);
      if (!this.#isSkipping) {
        let piece = chunk.subarray(start, end);
        // Nobody gets a part of an event, so its parts are joined.
        if (held.length) piece = joined([...held, piece]);
        if (this.#isAtJoint) {
          // A byte order mark may only start a stream, and a line feed here belongs to what was skipped.
          if (start === 0 && isMarked(piece)) piece = piece.subarray(3);
          if (piece[0] === LINE_FEED) piece = piece.subarray(1);
        }
        this.#isAtJoint = false;
        this.#last = chunk[end - 1];
        pieces.push(piece);
      }
    }
    // What is passed on may be given away, with its memory.
    if (end < chunk.length) this.#held.push(end ? chunk.slice(end) : chunk);
    return pieces.filter((piece) => piece.length);
  }

  // The parser

  /** Has the parser tell of each event, if each is to be looked at. */
  #tellOfAll() {
    const looksForId = !this.first || (this.#firstId === undefined && this.count < LOOKED_AT);
    const tellsAll = Boolean(this.#settings.isTerminal) || this.#isSkipping || looksForId;
    if (tellsAll === this.#tellsAll) return;
    this.#tellsAll = tellsAll;
    this.#tell(LISTEN_TO_ALL, new Uint8Array(), Number(tellsAll));
    if (tellsAll) return;
    this.#names.forEach((name, number) => {
      if (this.#settings.terminalEvent.includes(name)) return;
      this.#tell(UNLISTEN, encoder.encode(name));
      delete this.#names[number];
    });
  }

  /** @param {string} name */
  #listen(name) {
    this.#names[this.#tell(LISTEN, encoder.encode(name))] = name;
  }

  /** @param {number} type @param {Uint8Array} [bytes] @param {number} [number] */
  #tell(type, bytes = new Uint8Array(), number = 0) {
    return wasm.tellParser(/** @type {number} */ (this.#handles.parser), type, copyToWasm(bytes), bytes.length, number) >>> 0;
  }

  /** The next event that the parser tells of. @returns {FoundEvent | undefined} */
  #next() {
    if (this.#index === this.#found) {
      this.#index = 0;
      this.#text = undefined;
      this.#found = wasm.nextEvents(/** @type {number} */ (this.#handles.parser));
      const time = this.#freshRecords()[RETRY_AT];
      if (time !== NO_RETRY) this.reconnectionTime = time;
      if (!this.#found) return;
    }
    const place = HEADER + RECORD * this.#index;
    this.#index += 1;
    const [number, dataStart, dataEnd, idStart, idEnd, end] = this.#freshRecords().subarray(place, place + RECORD);
    if (idStart !== UNCHANGED) this.#id = this.#valueAt(idStart, idEnd, ID_AT);
    const id = this.#id;
    const name = number ? this.#names[number] : this.#textAt(NAME_AT);
    // From now on, several events of this name are told at once.
    if (!number && this.#names.length < MOST_NAMES) this.#listen(name);
    const event = () => typedEvent(name, detached(this.#valueAt(dataStart, dataEnd, DATA_AT)), { lastEventId: detached(id), origin: "" });
    return { end, hasId: idEnd !== UNCHANGED, event };
  }

  /** @param {number} start @param {number} end @param {number} place Of the value, if it is out of line. */
  #valueAt(start, end, place) {
    return start === OUT_OF_LINE ? this.#textAt(place) : (this.#text ??= this.#textAt(TEXT_AT)).substring(start, end);
  }

  /** When the memory grows, its buffer is detached, and a new view is needed. */
  #freshRecords() {
    if (!this.#records.length || this.#records.byteOffset !== this.#address)
      this.#records = new Uint32Array(wasm.memory.buffer, this.#address);
    return this.#records;
  }

  /** @param {number} index */
  #textAt(index) {
    const [place, length] = this.#freshRecords().subarray(index);
    return textAt(place, length);
  }
}

/** @param {Uint8Array[]} parts */
function joined(parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let end = 0;
  for (const part of parts) {
    whole.set(part, end);
    end += part.length;
  }
  return whole;
}

/** Whether bytes start with a byte order mark. @param {Uint8Array} bytes */
const isMarked = ([first, second, third]) => first === 0xef && second === 0xbb && third === 0xbf;

/** @param {number} limit */
function tooLarge(limit) {
  return new EventSourceError("event-too-large", `an event is larger than ${limit} bytes: send less at once, or allow for more`, { limit });
}
