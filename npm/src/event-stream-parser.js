// @ts-check
// The parser alone: from the bytes of an event stream to events.

/** @typedef {import("./parser.d.ts").ParsedEvent} ParsedEvent */
/** @typedef {import("./parser.d.ts").EventStreamParserInit} EventStreamParserInit */

// What is exchanged with the wasm, in words from its address: `Exchange` of `reader.rs`.
const COMMENTS = 1;
const ID = 2;
const EVENTS = 4;
const EVENT_SIZE = 6;
const CHUNK = EVENTS + EVENT_SIZE * 64;
/** The most bytes of a chunk. */
const CAPACITY = 16384;
/** In place of a value that there is not. */
const NONE = 0xffffffff;

/** Fewer bytes are copied and decoded one by one: a call would take longer. */
const SHORT = 12;

/** @type {any} */
let wasm;
/** @type {TextDecoder} */
let decoder;
let memory = new Uint8Array();
let words = new Uint32Array();

/** The index in `words` of what is exchanged, and the address of the chunk. */
let exchange = 0;
let chunkStart = 0;

/** The text of the chunk if it is ASCII. */
let text = "";

/** What the wasm imports, which it calls just before a trap. @type {any} */
const nothing = new Proxy(() => {}, { get: () => nothing });

/** Closes the readers of parsers that were not ended. Older Workers have none. @type {FinalizationRegistry<number> | undefined} */
let registry;

/** @type {() => WebAssembly.Module} */
let compileWasm;

/** Says where the WebAssembly is, which an entry of the package does. @param {() => WebAssembly.Module} compile */
export function provide(compile) {
  compileWasm = compile;
}

function start() {
  wasm = new WebAssembly.Instance(compileWasm(), nothing).exports;
  const address = wasm.exchange();
  exchange = address / 4;
  chunkStart = address + 4 * CHUNK;
  decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  if (globalThis.FinalizationRegistry) registry = new FinalizationRegistry(wasm.close);
}

/** When the memory grows, its buffer is detached, and new views are needed. */
function view() {
  if (memory.length) return;
  memory = new Uint8Array(wasm.memory.buffer);
  words = new Uint32Array(wasm.memory.buffer);
}

/** The text between two addresses. @param {number} index Of these, in what is exchanged. */
function textAt(index) {
  const start = words[exchange + index];
  const end = words[exchange + index + 1];
  if (start >= chunkStart && end <= chunkStart + text.length) return text.substring(start - chunkStart, end - chunkStart);
  let short = "";
  if (end - start < SHORT) {
    for (let at = start; memory[at] < 128 || at === end; at += 1) {
      if (at === end) return short;
      short += String.fromCharCode(memory[at]);
    }
  }
  return decoder.decode(memory.subarray(start, end));
}

export class EventStreamParser {
  comments = 0;
  /** @type {number | undefined} */
  reconnectionTime;
  lastEventId;

  /** Its number; -1 after the end. */
  #reader;
  #type = "message";
  #isTooLarge = false;

  /** @param {EventStreamParserInit} [init] */
  constructor({ lastEventId = "", maxEventSize = 2 ** 24 } = {}) {
    if (!wasm) start();
    view();
    const { written } = new TextEncoder().encodeInto(lastEventId, memory.subarray(chunkStart, chunkStart + CAPACITY));
    this.#reader = wasm.open(written, Math.min(maxEventSize, 2 ** 31));
    this.lastEventId = lastEventId;
    registry?.register(this, this.#reader, this);
  }

  /** @param {Uint8Array} chunk */
  parse(chunk) {
    if (chunk.BYTES_PER_ELEMENT !== 1) throw new TypeError("a chunk of an event stream is a Uint8Array");
    this.#check();
    /** @type {ParsedEvent[]} */
    const events = [];
    if (chunk.length <= CAPACITY) this.#read(chunk, events);
    else for (let at = 0; at < chunk.length; at += CAPACITY) this.#read(chunk.subarray(at, at + CAPACITY), events);
    if (!events.length) this.#check();
    return events;
  }

  end() {
    this.#check();
    const isUnfinished = wasm.end(this.#reader);
    // Another parser may have grown the memory since.
    view();
    const event = isUnfinished ? this.#event(EVENTS) : undefined;
    registry?.unregister(this);
    wasm.close(this.#reader);
    this.#reader = -1;
    return event;
  }

  #check() {
    if (this.#reader < 0) throw new TypeError("the parser has ended");
    if (this.#isTooLarge) throw new RangeError("an event is larger than maxEventSize");
  }

  /** @param {Uint8Array} chunk @param {ParsedEvent[]} events */
  #read(chunk, events) {
    const { length } = chunk;
    view();
    if (length < SHORT) for (let at = 0; at < length; at += 1) memory[chunkStart + at] = chunk[at];
    else memory.set(chunk, chunkStart);
    let isDecoded = false;
    for (let found = wasm.push(this.#reader, length); ; found = wasm.next(this.#reader)) {
      view();
      // Several events are decoded at once. If the text is ASCII, its offsets are those of the bytes.
      if (found > 3 && !isDecoded) {
        isDecoded = true;
        text = decoder.decode(memory.subarray(chunkStart, chunkStart + length));
        if (text.length !== length) text = "";
      }
      const end = EVENTS + EVENT_SIZE * (found >> 1);
      for (let index = EVENTS; index < end; index += EVENT_SIZE) events.push(this.#event(index));
      if (!(found & 1)) break;
    }
    if (words[exchange + ID] !== NONE) this.lastEventId = textAt(ID);
    text = "";
    const time = words[exchange];
    const comments = words[exchange + COMMENTS];
    if (time !== NONE) this.reconnectionTime = time;
    if (comments === NONE) this.#isTooLarge = true;
    else this.comments += comments;
  }

  /** @param {number} index @returns {ParsedEvent} */
  #event(index) {
    if (words[exchange + index] !== NONE) this.#type = textAt(index);
    if (words[exchange + index + 4] !== NONE) this.lastEventId = textAt(index + 4);
    return { type: this.#type, data: textAt(index + 2), lastEventId: this.lastEventId };
  }
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
