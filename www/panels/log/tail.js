// @ts-check
import { byId, html } from "../../dom.js";
import { Scroll } from "../scroll.js";

/** @typedef {import("../../feeds/log.js").Feed["line"]} Line */
/** @typedef {{ number?: number, line: Line } | { gap: string }} Entry */

/** How many entries are kept at least, so that they can be filtered. */
const MOST_ENTRIES = 5_000;
/** The most entries that are on the page. */
const MOST_ROWS = 400;

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

/** The newest lines. Lines that come between two frames are drawn together, and never more than the page holds. */
export class Tail {
  #list = byId("lines");
  #scroll = new Scroll(this.#list);
  /** @type {Entry[]} */
  #entries = [];
  /** The entries that were not drawn yet. @type {Entry[]} */
  #fresh = [];
  #filterText = "";
  #warningsOnly = false;

  /**
   * @param {number | undefined} number
   * @param {Line} line
   */
  add(number, line) {
    this.#push({ number, line });
  }

  /** @param {string} gap */
  gap(gap) {
    this.#push({ gap });
  }

  /**
   * Shows only lines that contain this text and, with `warningsOnly`, only those that are warnings or errors.
   *
   * @param {string} text
   * @param {boolean} warningsOnly
   */
  filter(text, warningsOnly) {
    this.#filterText = text.trim().toLowerCase();
    this.#warningsOnly = warningsOnly;
    this.#fresh = this.#entries.filter((entry) => this.#passes(entry)).slice(-MOST_ROWS);
    this.#list.replaceChildren();
    this.draw();
    this.#scroll.toEnd();
  }

  draw() {
    if (this.#fresh.length === 0) return;
    const rows = this.#fresh.slice(-MOST_ROWS).map(row);
    this.#fresh = [];
    this.#scroll.keepEnd(() => {
      const tooMany = this.#list.childElementCount + rows.length - MOST_ROWS;
      for (let count = 0; count < tooMany; count += 1) this.#list.firstElementChild?.remove();
      this.#list.append(...rows);
    });
  }

  /** @param {Entry} entry */
  #push(entry) {
    this.#entries.push(entry);
    // Entries are removed in large steps, since each step moves all that are kept.
    if (this.#entries.length > 2 * MOST_ENTRIES) this.#entries.splice(0, MOST_ENTRIES);
    if (!this.#passes(entry)) return;
    this.#fresh.push(entry);
    // While the page is hidden there are no frames, so entries that wait to be drawn would pile up.
    if (this.#fresh.length > 2 * MOST_ROWS) this.#fresh.splice(0, MOST_ROWS);
  }

  /** @param {Entry} entry */
  #passes(entry) {
    if ("gap" in entry) return true;
    const { level, service, text } = entry.line;
    if (this.#warningsOnly && level !== "warn" && level !== "error") return false;
    return this.#filterText === "" || `${level} ${service} ${text}`.toLowerCase().includes(this.#filterText);
  }
}

/** @param {Entry} entry */
function row(entry) {
  if ("gap" in entry) return html("li", { class: "gap" }, entry.gap);
  const { number, line } = entry;
  const { level, service, text } = line;
  return html(
    "li",
    { "data-level": level, "data-number": String(number ?? "") },
    html("span", { class: "line-number" }, String(number ?? "–")),
    html("span", { class: "soft" }, time.format(line.time)),
    html("span", { class: "level" }, level),
    html("span", { class: "service" }, service),
    html("span", {}, text),
  );
}
