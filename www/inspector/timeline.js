// @ts-check
import { byId, setAttributes, svg } from "../dom.js";

/** @typedef {import("./record.js").Record} Record */
/** @typedef {import("./record.js").Happening} Happening */
/** @typedef {(time: number) => number} Scale the place of a moment */
/** Draws a lane of that width, and as high as all lanes are. @typedef {(record: Record, x: Scale, width: number, end: number) => SVGElement[]} Lane */

/** The most time that a timeline shows, in milliseconds. */
export const SPAN = 60_000;
const HEIGHT = 22;
/** The space between two lanes. */
const SPACE = 6;
/** The smallest width of a segment, so that a short state can be seen. */
const LEAST_WIDTH = 3;

/** What happened to a source over the last minute, now at the right: its states, and what else has a lane. */
export class Timeline {
  #svg = byId("timeline");
  #lanes;
  #windowOf;

  /**
   * @param {Lane[]} lanes
   * @param {(record: Record, now: number) => [start: number, end: number]} windowOf the time that is shown
   */
  constructor(lanes = [states], windowOf = (_record, now) => [now - SPAN, now]) {
    this.#lanes = lanes;
    this.#windowOf = windowOf;
  }

  /** @param {Record} record */
  draw(record) {
    const { width } = this.#svg.getBoundingClientRect();
    if (width === 0) return;
    const now = Date.now();
    const [start, end] = this.#windowOf(record, now);
    const x = (/** @type {number} */ time) => Math.max(0, (width * (time - start)) / (end - start));
    const lanes = this.#lanes.map((lane, index) =>
      svg("g", { transform: `translate(0 ${index * (HEIGHT + SPACE)})` }, ...lane(record, x, width, end)),
    );
    setAttributes(this.#svg, { viewBox: `0 0 ${width} ${lanes.length * (HEIGHT + SPACE) - SPACE}` });
    this.#svg.replaceChildren(title(record, now), ...lanes);
  }
}

/** The states, each as long as it lasted. @type {Lane} */
export function states({ segments }, x, width, end) {
  return segments.flatMap(({ type, from }, index) => {
    const right = x(segments[index + 1]?.from ?? end);
    if (right <= 0) return [];
    const start = Math.min(x(from), width - LEAST_WIDTH);
    const length = Math.max(LEAST_WIDTH, right - start);
    return [svg("rect", { x: start.toFixed(1), y: 0, width: length.toFixed(1), height: HEIGHT, "data-state": type })];
  });
}

/**
 * The entries of this kind, each as a mark with its text.
 *
 * @param {Happening["kind"]} kind
 * @returns {Lane}
 */
export function marksOf(kind) {
  return ({ happenings }, x, width) =>
    happenings.flatMap((happening) => {
      const place = Math.min(x(happening.time), width - LEAST_WIDTH);
      if (happening.kind !== kind || place <= 0) return [];
      const { label, text } = happening;
      const mark = { x: place.toFixed(1), y: 0, width: LEAST_WIDTH, height: HEIGHT, "data-kind": kind, "data-label": label };
      return [svg("rect", mark, svg("title", {}, `${label}: ${text}`))];
    });
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
