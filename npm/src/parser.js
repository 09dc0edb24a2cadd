// @ts-check
// The parser alone: from the bytes of an event stream to events. It needs no WebAssembly, since slices of a text are made faster by
// JavaScript, which has the text.

/** @typedef {import("./parser.d.ts").ParsedEvent} ParsedEvent */
/** @typedef {import("./parser.d.ts").EventStreamParserInit} EventStreamParserInit */

const LF = 10;
const SPACE = 32;
const COLON = 58;
/** The letters of `data`, `event` and `id`. */
const [A, D, E, I, N, T, V] = new TextEncoder().encode("adeintv");

/** The longest reconnection time, in milliseconds: 49 days. */
const LONGEST_TIME = 2 ** 32 - 2;

/** Fewer bytes are decoded one by one if they are ASCII: a call would take longer. */
const SHORT = 32;

const encoder = new TextEncoder();

/** The beginning of a line that several chunks had, as far as it matters. */
const head = new Uint8Array(8);

export class EventStreamParser {
  comments = 0;
  /** @type {number | undefined} */
  reconnectionTime;
  lastEventId;

  /** Decodes chunks that neither begin nor end within a character, which takes a tenth of the time in Node.js. */
  #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #streamDecoder = new TextDecoder("utf-8", { ignoreBOM: true });
  /** Whether the stream decoder may wait for the rest of a character. */
  #isInCharacter = false;
  #isAtStart = true;
  /** Whether the last chunk ended with a CR, which an LF may follow. */
  #isAfterCR = false;
  /** The unfinished line. Of a comment it is the colon alone. */
  #line = "";
  /** The standard's buffers. @type {string | undefined} */
  #data;
  #type = "";
  #id;
  /** How long the lines of an event may be, and those that are still to come. */
  #limit;
  #room;
  /** @type {"open" | "too large" | "ended"} */
  #state = "open";
  /** The events of the chunk. @type {ParsedEvent[]} */
  #events = [];

  /** @param {EventStreamParserInit} [init] */
  constructor({ lastEventId = "", maxEventSize = 2 ** 24 } = {}) {
    this.lastEventId = this.#id = lastEventId;
    this.#limit = this.#room = maxEventSize;
  }

  /** @param {Uint8Array} chunk */
  parse(chunk) {
    if (chunk[Symbol.toStringTag] !== "Uint8Array") throw new TypeError("a chunk of an event stream is a Uint8Array");
    this.#check();
    /** @type {ParsedEvent[]} */
    const events = [];
    this.#events = events;
    this.#read(chunk);
    if (!events.length) this.#check();
    return events;
  }

  end() {
    this.#check();
    const rest = this.#streamDecoder.decode();
    const isWithinLine = this.#line !== ":" && this.#line + rest !== "";
    if (isWithinLine) this.#endLine(rest);
    this.#state = "ended";
    if (isWithinLine || this.#data !== undefined || this.#type)
      return { type: this.#type || "message", data: this.#data ?? "", lastEventId: this.lastEventId };
  }

  #check() {
    if (this.#state === "ended") throw new TypeError("the parser has ended");
    if (this.#state === "too large") throw new RangeError("an event is larger than maxEventSize");
  }

  /** @param {Uint8Array} bytes */
  #decode(bytes) {
    const { length } = bytes;
    const endsInCharacter = length ? bytes[length - 1] > 127 : this.#isInCharacter;
    if (this.#isInCharacter || endsInCharacter) {
      this.#isInCharacter = endsInCharacter;
      return this.#streamDecoder.decode(bytes, { stream: true });
    }
    if (length < SHORT) {
      let text = "";
      for (let at = 0; bytes[at] < 128; at += 1) text += String.fromCharCode(bytes[at]);
      if (text.length === length) return text;
    }
    return this.#decoder.decode(bytes);
  }

  /** @param {Uint8Array} bytes */
  #read(bytes) {
    // What begins within a character begins within a line.
    const isWithinLine = this.#isInCharacter || this.#line !== "";
    let text = this.#decode(bytes);
    if (!text) return;
    let at = 0;
    let shift = 0;
    if (this.#isAtStart && text.startsWith("\uFEFF")) [at, shift] = [1, 2];
    if (this.#isAfterCR && text.startsWith("\n")) at = 1;
    this.#isAtStart = false;
    this.#isAfterCR = text.endsWith("\r");
    if (text.includes("\r")) {
      text = text.replace(/\r\n?/g, "\n");
      bytes = encoder.encode(text);
    }
    if (isWithinLine) {
      const end = text.indexOf("\n");
      if (end < 0) return this.#hold(text.slice(at));
      this.#endLine(text.slice(at, end));
      at = end + 1;
      shift = bytes.indexOf(LF) - end;
    }
    if (this.#state === "open") this.#readLines(text, at, bytes, shift, text.length + shift === bytes.length);
  }

  /** Reads the unfinished line with this end. @param {string} end */
  #endLine(end) {
    const line = `${this.#line}${end}\n`;
    this.#line = "";
    // What is no byte begins no field.
    for (let at = 0; at < head.length; at += 1) head[at] = Math.min(line.charCodeAt(at), 255);
    this.#readLines(line, 0, head, 0, true);
  }

  /**
   * Reads the lines of a text, which end with an LF, from an index on. What a line is, its bytes say, which takes less time than to
   * ask the text. They are `shift` further from their start than their text.
   *
   * @param {string} text
   * @param {number} at
   * @param {Uint8Array} bytes
   * @param {number} shift
   * @param {boolean} isAscii
   */
  #readLines(text, at, bytes, shift, isAscii) {
    const { length } = text;
    const hasNull = text.includes("\0");
    const limit = this.#limit;
    const events = this.#events;
    // Variables are faster than fields.
    let [data, type, id, room] = [this.#data, this.#type, this.#id, this.#room];
    while (at < length) {
      const start = at + shift;
      const first = bytes[start];
      if (first === LF) {
        if (data !== undefined) events.push({ type: type || "message", data, lastEventId: id });
        this.lastEventId = id;
        data = undefined;
        type = "";
        room = limit;
        at += 1;
        continue;
      }
      const end = text.indexOf("\n", at);
      if (end < 0) break;
      if (first === COLON) {
        this.comments += 1;
      } else if (end - at > room) {
        this.#state = "too large";
        return;
      } else {
        // Another field, or one without a colon, has to be looked for.
        const name = nameOf(bytes, start) || text.slice(at, end).split(":", 1)[0];
        let length = name.length + 1;
        if (bytes[start + length] === SPACE) length += 1;
        const value = text.slice(Math.min(at + length, end), end);
        if (name === "data") {
          data = data === undefined ? value : `${data}\n${value}`;
          room -= end - at;
        } else if (name === "event") {
          type = value;
          room -= end - at;
        } else if (name === "id" && !(hasNull && value.includes("\0"))) {
          id = value;
          room -= end - at;
        } else if (name === "retry" && /^\d+$/.test(value)) {
          this.reconnectionTime = Math.min(Number(value), LONGEST_TIME);
        }
      }
      if (!isAscii) shift = lineEnd(bytes, start, end - at) - end;
      at = end + 1;
    }
    [this.#data, this.#type, this.#id, this.#room] = [data, type, id, room];
    this.#hold(text.slice(at));
  }

  /** Keeps a part of an unfinished line. The parts are joined once, at its end. @param {string} part */
  #hold(part) {
    if (this.#line === ":" || (this.#line === "" && part.startsWith(":"))) this.#line = ":";
    else if (this.#line.length + part.length > this.#room) this.#state = "too large";
    else this.#line += part;
  }
}

/** The name of a field that is often there and has a colon, by the bytes of its line; empty for another. @param {Uint8Array} bytes @param {number} at */
function nameOf(bytes, at) {
  switch (bytes[at]) {
    case D:
      return bytes[at + 4] === COLON && bytes[at + 1] === A && bytes[at + 2] === T && bytes[at + 3] === A ? "data" : "";
    case E:
      return bytes[at + 5] === COLON && bytes[at + 1] === V && bytes[at + 2] === E && bytes[at + 3] === N && bytes[at + 4] === T
        ? "event"
        : "";
    case I:
      return bytes[at + 2] === COLON && bytes[at + 1] === D ? "id" : "";
  }
  return "";
}

/** Where a line ends whose text has this length. @param {Uint8Array} bytes @param {number} start @param {number} length */
function lineEnd(bytes, start, length) {
  let end = start + length;
  while (end < bytes.length && bytes[end] !== LF) end += 1;
  return end;
}

export class EventStreamParserStream extends (globalThis.TransformStream ?? Object) {
  /** @type {ParsedEvent | undefined} */
  unfinished;

  /** @param {EventStreamParserInit} [init] */
  constructor(init) {
    const parser = new EventStreamParser(init);
    super({
      transform(chunk, controller) {
        for (const event of parser.parse(chunk)) controller.enqueue(event);
      },
      flush: () => {
        this.unfinished = parser.end();
      },
    });
    this.parser = parser;
  }
}
