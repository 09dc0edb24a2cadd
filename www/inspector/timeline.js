// @ts-check
import { byId, setAttributes, svg } from "../dom.js";

/** @typedef {import("./record.js").Record} Record */

/** How much time the timeline shows, in milliseconds. */
const SPAN = 60_000;
const HEIGHT = 22;
/** The smallest width of a segment, so that a short state can be seen. */
const LEAST_WIDTH = 3;

/** The states of a source over the last minute, now at the right. */
export class Timeline {
  #svg = byId("timeline");

  /** @param {Record} record */
  draw(record) {
    const { width } = this.#svg.getBoundingClientRect();
    if (width === 0) return;
    const now = Date.now();
    const x = (/** @type {number} */ time) => Math.max(0, width * (1 - (now - time) / SPAN));
    const { segments } = record;
    const bars = segments.flatMap(({ type, from }, index) => {
      const to = segments[index + 1]?.from ?? now;
      if (now - to > SPAN) return [];
      const start = Math.min(x(from), width - LEAST_WIDTH);
      const length = Math.max(LEAST_WIDTH, x(to) - start);
      return [svg("rect", { x: start.toFixed(1), y: 0, width: length.toFixed(1), height: HEIGHT, "data-state": type })];
    });
    setAttributes(this.#svg, { viewBox: `0 0 ${width} ${HEIGHT}` });
    this.#svg.replaceChildren(title(record, now), ...bars);
  }
}

/**
 * The timeline as text, for screen readers.
 *
 * @param {Record} record
 * @param {number} now
 */
function title({ segments }, now) {
  const last = segments.at(-1);
  const words = last ? `${last.type} for ${Math.round((now - last.from) / 1000)} s; ${segments.length} states so far` : "nothing yet";
  return svg("title", {}, words);
}
