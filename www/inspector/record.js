// @ts-check
import { reasonText } from "./badge.js";

/** @typedef {import("../../pkg/index.js").AttemptSummary} AttemptSummary */
/** @typedef {import("../../pkg/index.js").State} State */
/** @typedef {import("../../pkg/index.js").Stats} Stats */
/** @typedef {import("../../pkg/index.js").EventSourceError} EventSourceError */
/** @typedef {{ type: State["type"] | "idle", from: number }} Segment */
/**
 * An entry. Those of kind `state` and `error` come from the source, `notice` from the server, `you` from the buttons. An entry of kind
 * `error` may also come from a button that failed. In the playground there are entries for attempts and events, too.
 *
 * @typedef {{ time: number, kind: "state" | "attempt" | "event" | "error" | "notice" | "you", label: string, text: string }} Happening
 */

const MOST_HAPPENINGS = 200;
const MOST_SEGMENTS = 240;
const MOST_ATTEMPTS = 50;
/** How many characters of an event's data an entry shows. */
const MOST_DATA = 120;

/** @type {Stats} */
const NOTHING = { attempts: 0, opened: 0, events: 0, duplicates: 0, gaps: 0 };

/** What was noted of a panel's sources, which are open one after the other. */
export class Record {
  /** @type {State | undefined} */
  state;
  /** @type {Segment[]} */
  segments = [];
  /** The entries, the newest first. @type {Happening[]} */
  happenings = [];
  /** The attempts to connect, the newest first. @type {AttemptSummary[]} */
  attempts = [];
  errors = 0;
  lastEventId = "";
  /** What the sources have counted that have closed. */
  #past = NOTHING;
  /** @type {import("../session.js").Source | undefined} */
  #source;
  #onChange;

  /**
   * @param {string} url
   * @param {string} transport
   * @param {string[]} names the events that are counted
   * @param {(record: Record) => void} onChange
   */
  constructor(url, transport, names, onChange) {
    this.url = url;
    this.transport = transport;
    this.names = names;
    this.#onChange = onChange;
  }

  /** @param {import("../session.js").Source} source */
  watch(source) {
    this.#past = this.stats;
    this.#source = source;
    this.#enter(source.state);
    source.onState((state) => this.#enter(state));
    source.onAttempt((attempt) => this.#end(attempt));
    // The gaps are counted.
    source.onGap(({ after, before }) => this.note("error", `events are missing between ${after} and ${before}`, "gap"));
    source.onError((error) => this.#error(error));
    for (const name of this.names) {
      source.addEventListener(name, (/** @type {MessageEvent<string>} */ event) => {
        this.lastEventId = event.lastEventId || this.lastEventId;
        this.#onChange(this);
      });
    }
  }

  /** Who has the connection. */
  get role() {
    return this.#source?.role ?? "own";
  }

  /** How many tabs share it. */
  get tabs() {
    return this.#source?.tabs ?? 1;
  }

  /** What all sources have counted. @type {Stats} */
  get stats() {
    return sum(this.#past, this.#source?.stats ?? NOTHING);
  }

  /**
   * @param {Happening["kind"]} kind
   * @param {string} text
   * @param {string} [label]
   */
  note(kind, text, label = kind) {
    this.happenings.unshift({ time: Date.now(), kind, label, text });
    this.happenings.length = Math.min(this.happenings.length, MOST_HAPPENINGS);
    this.#onChange(this);
  }

  /** @param {State} state */
  #enter(state) {
    this.state = state;
    this.segments.push({ type: state.type, from: Date.now() });
    if (this.segments.length > MOST_SEGMENTS) this.segments.shift();
    this.note("state", inWords(state));
  }

  /** @param {AttemptSummary} attempt */
  #end(attempt) {
    this.attempts = [attempt, ...this.attempts].slice(0, MOST_ATTEMPTS);
    this.#onChange(this);
  }

  /** @param {EventSourceError} error */
  #error(error) {
    this.errors += 1;
    const data = error.event ? ` – ${error.event.data.slice(0, MOST_DATA)}` : "";
    this.note("error", error.message + data, error.code);
  }
}

/** @param {Stats} one @param {Stats} other @returns {Stats} */
const sum = (one, other) => ({
  attempts: one.attempts + other.attempts,
  opened: one.opened + other.opened,
  events: one.events + other.events,
  bytes: other.bytes === undefined ? one.bytes : other.bytes + (one.bytes ?? 0),
  duplicates: one.duplicates + other.duplicates,
  gaps: one.gaps + other.gaps,
  lastEventAt: other.lastEventAt ?? one.lastEventAt,
});

/** @param {State} state */
function inWords(state) {
  switch (state.type) {
    case "waiting":
      return state.retryIn === undefined
        ? `waiting for attempt ${state.attempt}, which the browser makes`
        : `waiting for attempt ${state.attempt}, in ${(state.retryIn / 1000).toFixed(1)} s`;
    case "offline":
      return `offline: attempt ${state.attempt} is made when the network is back`;
    case "closed":
      return `closed: ${reasonText(state.reason)}`;
    default:
      return state.type;
  }
}
