// @ts-check
import { EventSource } from "../../pkg/index.js";
import { identity } from "../identity.js";
import { Record } from "../inspector/record.js";
import { optionsOf } from "./options.js";
import { scriptOf } from "./script.js";

/** @typedef {import("./choices.js").State} State */

/** The events that the server sends. */
const NAMES = ["price", "bye", "failure"];

/** The last script is sent. Scripts arrive in the order in which they were chosen. @type {Promise<unknown>} */
let sent = Promise.resolve();

/** A source with what was chosen, and the script that its server plays. It runs once. */
export class Run {
  #id = `playground-${identity.tabId.slice(0, 8)}`;
  #state;
  #again;
  #abort = new AbortController();
  /** @type {import("../session.js").Source | undefined} */
  #source;

  /**
   * @param {State} state
   * @param {(record: Record) => void} onChange
   * @param {() => void} again runs the same again
   */
  constructor(state, onChange, again) {
    this.#state = state;
    this.#again = again;
    this.record = new Record(`/streams/${this.#id}`, state.transport === "fetch" ? "fetch" : "EventSource", NAMES, onChange);
  }

  get isOpen() {
    return !this.#abort.signal.aborted && this.#source?.state.type !== "closed";
  }

  /** Has the server play the script from its start, and opens the source. */
  async start() {
    const { record } = this;
    const { signal } = this.#abort;
    const sending = sent.then(() => (signal.aborted ? undefined : this.#send()));
    sent = sending;
    const refusal = await sending;
    if (signal.aborted) return;
    if (refusal) {
      record.note("error", refusal);
      this.#abort.abort();
      return;
    }
    const source = new EventSource(record.url, { ...optionsOf(this.#state), signal });
    this.#source = source;
    source.onAttempt(({ number, reason, outcome, status, duration }) => {
      const took = duration === undefined ? "" : `, after ${duration.toLocaleString()} ms`;
      record.note("attempt", `${number}, ${reason}: ${outcome}${status ? ` ${status}` : ""}${took}`, outcome);
    });
    for (const name of NAMES) {
      source.on(name, ({ data, lastEventId }) => record.note("event", `${lastEventId}: ${JSON.stringify(data)}`, name));
    }
    record.watch(source);
  }

  /** Sends the script. Returns a sentence that says why the server did not take it, or `undefined` if it did. */
  async #send() {
    try {
      const answer = await fetch(`/scripts/${this.#id}`, { method: "PUT", body: JSON.stringify(scriptOf(this.#state)) });
      return answer.ok ? undefined : `The server refuses the script: ${await answer.text()}`;
    } catch {
      return "The server cannot be reached";
    }
  }

  /** Runs the same again. */
  open() {
    this.#again();
  }

  close() {
    this.#abort.abort();
  }
}
