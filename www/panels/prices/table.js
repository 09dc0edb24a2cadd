// @ts-check
import { byId, html, setAttributes, svg } from "../../dom.js";

/** @typedef {import("./chart.js").Point} Point */
/** @typedef {import("../../feeds/prices.js").Feed} Feed */

const amount = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const signed = new Intl.NumberFormat(undefined, {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
  signDisplay: "exceptZero",
});

const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

/** The list of prices, with a row for each symbol, and the price of the selected symbol in large. */
export class Table {
  /** @type {Map<string, Row>} */
  #rows = new Map();
  #selected = "";
  #onSelect;

  /** @param {(symbol: string) => void} onSelect */
  constructor(onSelect) {
    this.#onSelect = onSelect;
  }

  /**
   * @param {Feed["price"]} price
   * @param {Point[]} recent
   */
  show(price, recent) {
    const row = this.#rows.get(price.symbol) ?? this.#add(price.symbol);
    row.show(price, recent);
    if (!this.#selected) this.#select(price.symbol);
    if (price.symbol === this.#selected) this.#showSelected(row);
  }

  /**
   * @param {string} symbol
   * @param {string} reason
   */
  halt(symbol, reason) {
    this.#rows.get(symbol)?.halt(reason);
  }

  /** @param {string} symbol */
  resume(symbol) {
    this.#rows.get(symbol)?.resume();
  }

  /** @param {string} symbol */
  #add(symbol) {
    const row = new Row(symbol, () => this.#select(symbol));
    this.#rows.set(symbol, row);
    const next = [...this.#rows.keys()].sort().find((other) => other > symbol);
    byId("price-rows").insertBefore(row.element, next === undefined ? null : (this.#rows.get(next)?.element ?? null));
    return row;
  }

  /** @param {string} symbol */
  #select(symbol) {
    this.#rows.get(this.#selected)?.mark(false);
    this.#selected = symbol;
    const row = this.#rows.get(symbol);
    row?.mark(true);
    if (row) this.#showSelected(row);
    this.#onSelect(symbol);
  }

  /** @param {Row} row */
  #showSelected(row) {
    byId("selected-symbol").textContent = row.symbol;
    byId("selected-price").textContent = row.price.textContent;
    const change = byId("selected-change");
    change.textContent = row.change.textContent;
    change.dataset.direction = row.change.dataset.direction;
  }
}

class Row {
  price = html("td", { class: "number price" });
  change = html("td", { class: "number change" });
  #halted = html("span", { class: "halted" });
  #line = svg("polyline", { "vector-effect": "non-scaling-stroke" });
  #button;
  #last = NaN;

  /**
   * @param {string} symbol
   * @param {() => void} onSelect
   */
  constructor(symbol, onSelect) {
    this.symbol = symbol;
    this.#button = html("button", { type: "button", "aria-pressed": "false" }, symbol);
    this.#button.addEventListener("click", onSelect);
    this.element = html(
      "tr",
      { "data-symbol": symbol },
      html("th", { scope: "row" }, this.#button, this.#halted),
      html("td", { class: "trend" }, svg("svg", { viewBox: "0 0 100 24", preserveAspectRatio: "none", "aria-hidden": "true" }, this.#line)),
      this.price,
      this.change,
    );
  }

  /**
   * @param {Feed["price"]} price
   * @param {Point[]} recent
   */
  show({ price, change }, recent) {
    this.price.textContent = amount.format(price);
    this.change.textContent = signed.format(change);
    this.element.dataset.direction = this.change.dataset.direction = change < 0 ? "down" : "up";
    setAttributes(this.#line, { points: sparkline(recent) });
    this.#flash(price);
    this.resume();
  }

  /** @param {string} reason */
  halt(reason) {
    this.#halted.textContent = "halted";
    this.#halted.title = reason;
  }

  resume() {
    this.#halted.textContent = "";
  }

  /** @param {boolean} selected */
  mark(selected) {
    setAttributes(this.#button, { "aria-pressed": String(selected) });
    this.element.toggleAttribute("data-selected", selected);
  }

  /** @param {number} price */
  #flash(price) {
    if (price !== this.#last && !Number.isNaN(this.#last) && !reducedMotion.matches) {
      this.price.animate([{ color: price > this.#last ? "var(--good)" : "var(--bad)" }, {}], 900);
    }
    this.#last = price;
  }
}

/**
 * The points of a line in a box of 100 by 24, as an SVG attribute.
 *
 * @param {Point[]} points
 */
function sparkline(points) {
  const prices = points.map(({ price }) => price);
  const [low, high] = [Math.min(...prices), Math.max(...prices)];
  const step = 100 / Math.max(1, points.length - 1);
  return prices
    .map((price, index) => {
      const height = high > low ? (price - low) / (high - low) : 0.5;
      return `${(index * step).toFixed(1)},${(22 - 20 * height).toFixed(1)}`;
    })
    .join(" ");
}
