// @ts-check
import { byId } from "../dom.js";
import { identity } from "../identity.js";
import { Record } from "../inspector/record.js";
import { Session } from "../session.js";
import { showSharing } from "../sharing.js";
import { openPrices } from "../feeds/prices.js";
import { Chart } from "./prices/chart.js";
import { Table } from "./prices/table.js";

/** @typedef {import("../feeds/prices.js").Feed} Feed */

/** The prices of six symbols. The chart shows one of them. */
export class PricesPanel {
  name = "prices";
  client = identity.personId;
  #chart = new Chart();
  #table = new Table((symbol) => this.#chart.select(symbol));

  /** @param {(record: Record) => void} onChange */
  constructor(onChange) {
    const names = ["price", "halt", "resume", "message", "bye"];
    const record = new Record("/demo/prices", "EventSource", names, onChange);
    this.session = new Session(record, (options) => {
      const source = openPrices({ client: this.client, ...options }, this);
      showSharing(source, byId("prices-sharing"));
      return source;
    });
  }

  show() {
    this.session.open();
  }

  hide() {
    this.session.close();
  }

  /** @param {boolean} isOpen */
  setConnected(isOpen) {
    this.#chart.setConnected(isOpen);
    byId("panel-prices").dataset.live = String(isOpen);
  }

  /** @param {Feed["price"]} price */
  price(price) {
    this.#chart.add(price);
    this.#table.show(price, this.#chart.recent(price.symbol));
  }

  /** @param {Feed["halt"]} halt */
  halt({ symbol, reason }) {
    this.#table.halt(symbol, reason);
    this.session.record.note("notice", `${symbol} halted: ${reason}`);
  }

  /** @param {Feed["resume"]} resume */
  resume({ symbol }) {
    this.#table.resume(symbol);
    this.session.record.note("notice", `${symbol} trades again`);
  }

  /** @param {Feed["message"]} notice */
  notice({ text }) {
    this.session.record.note("notice", text);
  }
}
