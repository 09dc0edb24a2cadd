// @ts-check
import { byId, setAttributes, svg } from "../../dom.js";

/** @typedef {{ time: number, price: number }} Point */

/** How much time the chart shows, in milliseconds. */
const SPAN = 60_000;
/** Milliseconds between two drawings. */
const REDRAW_INTERVAL = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1_000 : 100;
/** How many points of each symbol are kept. */
const MOST_POINTS = 400;
/** How many points the trend in a row has. */
const RECENT = 40;
/** Room for the prices at the side and the times below. */
const MARGIN = { right: 58, bottom: 22, top: 8 };

/** A chart of the selected symbol's last minute, in which the times without a connection are shaded. */
export class Chart {
  #svg = byId("chart");
  #outages = svg("g", { class: "outages" });
  #grid = svg("g", { class: "grid" });
  #area = svg("path", { class: "area" });
  #line = svg("path", { class: "line" });
  #dot = svg("circle", { class: "dot", r: 4 });
  /** @type {Map<string, Point[]>} */
  #points = new Map();
  /** The times without a connection. @type {{ from: number, to: number }[]} */
  #disconnected = [];
  #selected = "";
  #first = Infinity;
  /** How far the server's clock is ahead of the page's, in milliseconds. */
  #ahead = -Infinity;

  constructor() {
    this.#svg.append(this.#outages, this.#grid, this.#area, this.#line, this.#dot);
    setInterval(() => this.#draw(), REDRAW_INTERVAL);
  }

  /** @param {{ symbol: string, time: number, price: number }} point */
  add({ symbol, time, price }) {
    this.#first = Math.min(this.#first, time);
    // A delayed event gives too small a difference, so the largest difference counts.
    this.#ahead = Math.max(this.#ahead, time - Date.now());
    const points = this.#points.get(symbol) ?? [];
    points.push({ time, price });
    if (points.length > MOST_POINTS) points.shift();
    this.#points.set(symbol, points);
  }

  /** @param {string} symbol */
  recent(symbol) {
    return (this.#points.get(symbol) ?? []).slice(-RECENT);
  }

  /** @param {string} symbol */
  select(symbol) {
    this.#selected = symbol;
    byId("chart-title").textContent = `${symbol} over the last minute`;
    this.#draw();
  }

  /**
   * Notes whether the connection is open.
   *
   * @param {boolean} isOpen
   */
  setConnected(isOpen) {
    if (this.#first === Infinity) return;
    const last = this.#disconnected.at(-1);
    if (last?.to === Infinity) {
      if (isOpen) last.to = this.#now();
    } else if (!isOpen) {
      this.#disconnected.push({ from: this.#now(), to: Infinity });
    }
  }

  #now() {
    return Date.now() + this.#ahead;
  }

  #draw() {
    const { width, height } = this.#svg.getBoundingClientRect();
    const now = this.#now();
    const from = Math.max(now - SPAN, this.#first);
    const points = pointsFrom(this.#points.get(this.#selected) ?? [], from);
    if (points.length === 0 || width === 0 || document.hidden) return;
    setAttributes(this.#svg, { viewBox: `0 0 ${width} ${height}` });

    const right = width - MARGIN.right;
    const bottom = height - MARGIN.bottom;
    const [low, high] = range(points);
    const x = (/** @type {number} */ time) => Math.min(right, (right * (time - from)) / Math.max(1, now - from));
    const y = (/** @type {number} */ price) => bottom - ((bottom - MARGIN.top) * (price - low)) / (high - low);

    const line = points.map(({ time, price }) => `${x(time).toFixed(1)},${y(price).toFixed(1)}`).join("L");
    const [first, last] = [points[0], points[points.length - 1]];
    setAttributes(this.#line, { d: `M${line}` });
    setAttributes(this.#area, { d: `M${x(first.time)},${bottom}L${line}L${x(last.time)},${bottom}Z` });
    setAttributes(this.#dot, { cx: x(last.time), cy: y(last.price) });
    this.#grid.replaceChildren(...prices(low, high, y, right), ...times(from, now, x, bottom));
    this.#shade(from, x, right, bottom);
  }

  /**
   * @param {number} from
   * @param {(time: number) => number} x
   * @param {number} right
   * @param {number} bottom
   */
  #shade(from, x, right, bottom) {
    this.#disconnected = this.#disconnected.filter(({ to }) => to > from);
    this.#outages.replaceChildren(
      ...this.#disconnected.map((outage) => {
        const start = Math.max(0, x(outage.from));
        const end = outage.to === Infinity ? right : x(outage.to);
        return svg("rect", { x: start, y: 0, width: Math.max(1, end - start), height: bottom });
      }),
    );
  }
}

/**
 * The points from a time on, and the last one before: the line starts there, or ends there if no other point follows.
 *
 * @param {Point[]} points
 * @param {number} from
 */
function pointsFrom(points, from) {
  const start = points.findIndex(({ time }) => time >= from);
  return start < 0 ? points.slice(-1) : points.slice(Math.max(0, start - 1));
}

/**
 * The range of the chart: the lowest and the highest price with a margin, so that a small change looks small.
 *
 * @param {Point[]} points
 * @returns {[number, number]}
 */
function range(points) {
  const prices = points.map(({ price }) => price);
  const [low, high] = [Math.min(...prices), Math.max(...prices)];
  const margin = Math.max((high - low) * 0.15, high * 0.001);
  return [low - margin, high + margin];
}

/**
 * Horizontal lines at round prices.
 *
 * @param {number} low
 * @param {number} high
 * @param {(price: number) => number} y
 * @param {number} right
 */
function* prices(low, high, y, right) {
  const rough = (high - low) / 4;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * ([1, 2, 5].find((times) => times * unit >= rough) ?? 10);
  for (let price = Math.ceil(low / step) * step; price < high; price += step) {
    const at = y(price).toFixed(1);
    yield svg("line", { x1: 0, x2: right, y1: at, y2: at });
    yield svg("text", { x: right + 10, y: at, "dominant-baseline": "middle" }, price.toFixed(2));
  }
}

/**
 * The labels of the time axis.
 *
 * @param {number} from
 * @param {number} now
 * @param {(time: number) => number} x
 * @param {number} bottom
 */
function* times(from, now, x, bottom) {
  for (let ago = 0; ago <= now - from; ago += 15_000) {
    const label = ago === 0 ? "now" : `−${ago / 1000} s`;
    yield svg("text", { x: x(now - ago), y: bottom + 16, "text-anchor": ago === 0 ? "end" : "middle" }, label);
  }
}
