// @ts-check
// The body of a response, chunk by chunk.

/**
 * How many bytes are read at once, and how many may be read ahead. Without a limit Firefox returns everything that waits,
 * even hundreds of megabytes.
 */
const ROOM = 512 * 1024;

/** A chunk that is read ahead stays in its memory if it has this many bytes. Smaller ones are joined, so that their memory is free. */
const LARGE = 64 * 1024;

/**
 * A reader into our buffer, or one that ignores the buffer if the body is not a byte stream.
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

/** Reads a body, also while its events are delivered: what a browser holds unread is lost when the connection breaks. */
export class ResponseBody {
  /** Whether the body has broken off. */
  isBroken = false;
  /** Whether nothing is read ahead. */
  isHeldBack = false;

  #reader;
  /** Whether there is nothing more to read, and the error if that is one. */
  #isOver = false;
  /** @type {unknown[]} */
  #errors = [];
  #isReading = false;
  /** Memory to read into. @type {ArrayBuffer[]} */
  #rooms = [];
  /** The memory of the chunk that was handed out last. @type {ArrayBuffer | undefined} */
  #lentRoom;
  /** The chunks to hand out, and their bytes. @type {Uint8Array<ArrayBuffer>[]} */
  #chunks = [];
  #size = 0;
  /** The memory of the chunk that small ones were joined to last. */
  #joined = new Uint8Array();
  /** Ends the wait for a chunk. @type {((_?: unknown) => void) | undefined} */
  #endWait;

  /** @param {ReadableStream | null} body */
  constructor(body) {
    this.#reader = body && readerOf(body);
  }

  /** Whether the end was read ahead, and is next. */
  get isAtEnd() {
    return this.#isOver && !this.#chunks.length;
  }

  /** The next chunk, `undefined` at the end. It is valid until the next one is asked for. */
  async next() {
    if (this.#lentRoom?.byteLength === ROOM) this.#rooms.push(this.#lentRoom);
    if (!this.#chunks.length && !this.#isOver) {
      if (this.#isReading) await new Promise((resolve) => (this.#endWait = resolve));
      else {
        this.#isReading = true;
        await this.#readChunk(true);
        this.#isReading = false;
      }
    }
    const chunk = this.#chunks.shift();
    this.#lentRoom = chunk?.buffer;
    if (!chunk && this.#errors.length) throw this.#errors[0];
    this.#size -= chunk?.length ?? 0;
    return chunk;
  }

  /** Reads no more. A response of the user's own `fetch` may not end with its signal. */
  cancel() {
    this.#reader?.cancel().catch(() => {});
  }

  /** Reads until much is held, or until there is the chunk that is waited for. */
  async readAhead() {
    if (this.#isReading) return;
    this.#isReading = true;
    while (!this.#isOver && this.#size < ROOM && !this.isHeldBack) {
      await this.#readChunk();
      if (!this.#endWait) continue;
      this.#endWait();
      this.#endWait = undefined;
      break;
    }
    this.#isReading = false;
  }

  /** @param {boolean} [isAwaited] */
  async #readChunk(isAwaited = false) {
    let result;
    try {
      result = await this.#reader?.read(new Uint8Array(this.#rooms.pop() ?? new ArrayBuffer(ROOM)));
    } catch (cause) {
      this.isBroken = true;
      this.#errors.push(cause);
    }
    this.#isOver = result?.done ?? true;
    if (!result || result.done) return;
    const view = result.value;
    if (!ArrayBuffer.isView(view)) {
      this.#isOver = true;
      this.#errors.push(new TypeError("the body of the response is not made of bytes"));
      return;
    }
    // A script's body may have views of other types.
    const chunk = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    this.#size += chunk.length;
    if (isAwaited || this.#endWait || chunk.length >= LARGE) this.#chunks.push(chunk);
    else {
      this.#join(chunk);
      // `read` has detached the buffer; this is the same memory.
      this.#rooms.push(chunk.buffer);
    }
  }

  /** Copies a small chunk behind the one before it, if that was copied too: many chunks would take long to hand out. @param {Uint8Array} chunk */
  #join(chunk) {
    const last = this.#chunks.at(-1);
    const isJoined = last && last.buffer === this.#joined.buffer && last.length + chunk.length <= LARGE;
    const start = isJoined ? last.length : 0;
    const end = start + chunk.length;
    if (isJoined) this.#chunks.pop();
    if (!isJoined || end > this.#joined.length) {
      const room = new Uint8Array(isJoined ? Math.min(2 * end, LARGE) : end);
      if (isJoined) room.set(last);
      this.#joined = room;
    }
    this.#joined.set(chunk, start);
    this.#chunks.push(this.#joined.subarray(0, end));
  }
}
