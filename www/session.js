// @ts-check

/** @typedef {import("../pkg/index.js").EventSource<any>} Source */
/** @typedef {{ lastEventId: string, signal: AbortSignal }} Options */

/** The stream of a panel. It has one source at a time, which continues after the last event of the one before. */
export class Session {
  /** @type {Source | undefined} */
  #source;
  #abort = new AbortController();
  #open;

  /**
   * @param {import("./inspector/record.js").Record} record what is noted of each source
   * @param {(options: Options) => Source} open
   */
  constructor(record, open) {
    this.record = record;
    this.#open = open;
  }

  get isOpen() {
    return this.#source !== undefined && this.#source.state.type !== "closed";
  }

  /** Opens a source. A source that is open is closed first. */
  open() {
    this.close();
    this.#abort = new AbortController();
    this.#source = this.#open({ lastEventId: this.record.lastEventId, signal: this.#abort.signal });
    this.record.watch(this.#source);
    return this.#source;
  }

  close() {
    this.#abort.abort();
  }
}
