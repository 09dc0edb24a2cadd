// @ts-check
import { reasonText } from "./badge.js";

/** @typedef {import("../../pkg/index.js").State} State */
/** @typedef {import("../../pkg/index.js").EventSourceError} EventSourceError */
/** @typedef {{ type: State["type"] | "idle", from: number }} Segment */
/**
 * An entry. Those of kind `state` and `error` come from the source, `notice` from the server, `you` from the buttons.
 *
 * @typedef {{ time: number, kind: "state" | "error" | "notice" | "you", label: string, text: string }} Happening
 */

const MOST_HAPPENINGS = 100;
const MOST_SEGMENTS = 240;
/** How many characters of an event's data an entry shows. */
const MOST_DATA = 120;

const encoder = new TextEncoder();

/** What was noted of a panel's sources, which are open one after the other. */
export class Record {
  /** @type {State | undefined} */
  state;
  /** @type {Segment[]} */
  segments = [];
  /** The entries, the newest first. @type {Happening[]} */
  happenings = [];
  connections = 0;
  losses = 0;
  errors = 0;
  events = 0;
  bytes = 0;
  lastEventId = "";
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
    this.#enter(source.state);
    source.onState((state) => this.#enter(state));
    source.onError((error) => this.#error(error));
    for (const name of this.names) {
      // The standard's way to listen gives the data as text.
      source.addEventListener(name, (/** @type {MessageEvent<string>} */ event) => {
        this.events += 1;
        this.bytes += encoder.encode(event.data).length;
        this.lastEventId = event.lastEventId || this.lastEventId;
        this.#onChange(this);
      });
    }
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
    if (isDown(state) && !(this.state && isDown(this.state))) this.losses += 1;
    this.state = state;
    this.segments.push({ type: state.type, from: Date.now() });
    if (this.segments.length > MOST_SEGMENTS) this.segments.shift();
    if (state.type === "open") this.connections += 1;
    this.note("state", inWords(state));
  }

  /** @param {EventSourceError} error */
  #error(error) {
    this.errors += 1;
    const data = error.event ? ` – ${error.event.data.slice(0, MOST_DATA)}` : "";
    this.note("error", error.message + data, error.code);
  }
}

/** @param {State} state */
const isDown = ({ type }) => type === "waiting" || type === "offline";

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
