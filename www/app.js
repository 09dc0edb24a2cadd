// @ts-check
import { Badge, because } from "./badge.js";
import { Chart } from "./chart.js";
import { showCode } from "./code.js";
import { byId } from "./dom.js";
import { showFaults, showToggle } from "./faults.js";
import { open } from "./feed.js";
import { log } from "./log.js";
import { Prices } from "./prices.js";

/** @typedef {import("../pkg/index.js").State} State */
/** @typedef {import("../pkg/index.js").EventSourceError} EventSourceError */
/** @typedef {import("./feed.js").Feed} Feed */

/** How much of an event's data the log shows. */
const MOST_DATA = 120;

/** The page, as far as the stream moves it. */
export class Page {
  #badge = new Badge();
  #chart = new Chart();
  #prices = new Prices((symbol) => this.#chart.select(symbol));
  #events = 0;
  #client = crypto.randomUUID().slice(0, 8);
  #source;

  constructor() {
    showFaults(this.#client, () => this.#toggle());
    this.#source = this.#open("");
  }

  /** @param {Feed["price"]} price */
  price(price) {
    this.#count();
    // Whatever the types say, a server can send any JSON.
    if (typeof price?.symbol !== "string" || !Number.isFinite(price.price) || !Number.isFinite(price.time)) {
      log("error", `A price of an unknown shape was ignored: ${JSON.stringify(price).slice(0, MOST_DATA)}`, "shape");
      return;
    }
    this.#chart.add(price);
    this.#prices.show(price, this.#chart.recent(price.symbol));
  }

  /** @param {Feed["halt"]} halt */
  halt({ symbol, reason }) {
    this.#count();
    this.#prices.halt(symbol, reason);
    log("market", `${symbol} halted: ${reason}`);
  }

  /** @param {Feed["resume"]} resume */
  resume({ symbol }) {
    this.#count();
    this.#prices.resume(symbol);
    log("market", `${symbol} trades again`);
  }

  /** @param {Feed["message"]} notice */
  notice({ text }) {
    this.#count();
    log("notice", text);
  }

  /** @param {State} state */
  state(state) {
    this.#badge.show(state);
    this.#chart.live(state.type === "open");
    byId("demo").dataset.live = String(state.type === "open");
    showToggle(state.type === "closed");
    log("state", inWords(state));
  }

  /** @param {EventSourceError} error */
  error(error) {
    const data = error.event ? ` – ${error.event.data.slice(0, MOST_DATA)}` : "";
    log("error", error.message + data, error.code);
  }

  #count() {
    this.#events += 1;
    byId("events").textContent = this.#events.toLocaleString();
    byId("last-id").textContent = this.#source.lastEventId;
  }

  #toggle() {
    if (this.#source.state.type === "closed") {
      this.#source = this.#open(this.#source.lastEventId);
    } else {
      this.#source.close();
    }
  }

  /**
   * Opens a source that goes on after an event, or starts with the last few.
   *
   * @param {string} lastEventId
   */
  #open(lastEventId) {
    const query = new URLSearchParams({ client: this.#client });
    if (lastEventId) query.set("lastEventId", lastEventId);
    const source = open(`/demo/prices?${query}`, this);
    this.state(source.state);
    return source;
  }
}

/** @param {State} state */
function inWords(state) {
  switch (state.type) {
    case "waiting":
      return state.retryIn === undefined
        ? `waiting for attempt ${state.attempt}, which the browser makes by itself`
        : `waiting for attempt ${state.attempt}, in ${(state.retryIn / 1000).toFixed(1)} s`;
    case "closed":
      return `closed: ${because(state.reason)}`;
    default:
      return state.type;
  }
}

/** Starts the page. */
export function run() {
  byId("demo").hidden = false;
  new Page();
  void showCode();
}
