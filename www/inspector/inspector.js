// @ts-check
import { byId } from "../dom.js";
import { Attempts } from "./attempts.js";
import { Badge } from "./badge.js";
import { Faults } from "./faults.js";
import { Happenings } from "./happenings.js";
import { Timeline } from "./timeline.js";

/** @typedef {import("./record.js").Record} Record */
/** @typedef {import("../app.js").Panel} Panel */
/** @typedef {import("./faults.js").Fault} Fault */

/** Milliseconds between two drawings of the timeline. */
const REDRAW_INTERVAL = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1_000 : 250;

const timeFormat = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

/** Shows what the selected panel's stream does, with buttons to act on it. */
export class Inspector {
  #badge = new Badge();
  #timeline;
  #attempts = new Attempts();
  #happenings = new Happenings();
  #faults;
  /** @type {Panel | undefined} */
  #panel;
  #isScheduled = false;

  /**
   * @param {readonly Fault[]} faults
   * @param {(fault: string, label: string, panel: Panel) => void} cause
   * @param {Timeline} [timeline]
   */
  constructor(faults, cause, timeline = new Timeline()) {
    this.#timeline = timeline;
    this.#faults = new Faults(
      faults,
      (fault, label) => this.#panel && cause(fault, label, this.#panel),
      () => this.#toggle(),
    );
    setInterval(() => {
      if (!this.#panel || document.hidden) return;
      this.#timeline.draw(this.#panel.session.record);
      // A source has no callback for a tab that comes or goes, nor for a change of its `stats`.
      this.#showFigures(this.#panel.session.record);
    }, REDRAW_INTERVAL);
  }

  /** @param {Panel} panel */
  select(panel) {
    this.#panel = panel;
    this.#show();
  }

  /** Shows a record that has changed, in the next frame, if it is the selected panel's. @param {Record} record */
  changed(record) {
    if (this.#isScheduled || record !== this.#panel?.session.record) return;
    this.#isScheduled = true;
    requestAnimationFrame(() => this.#show());
  }

  #show() {
    this.#isScheduled = false;
    if (!this.#panel) return;
    const { record, isOpen } = this.#panel.session;
    this.#badge.show(record.state);
    this.#faults.show(isOpen, this.#panel.opens);
    this.#happenings.show(record.happenings);
    this.#attempts.show(record.attempts);
    this.#timeline.draw(record);
    byId("stream-url").textContent = record.url;
    byId("transport").textContent = record.transport;
    byId("last-id").textContent = record.lastEventId || "–";
    this.#showFigures(record);
  }

  /** @param {Record} record */
  #showFigures(record) {
    // The playground shares with no other tab, and has no such figures.
    for (const [id, text] of [
      ["role", record.role],
      ["sharing-tabs", String(record.tabs)],
    ]) {
      const element = document.getElementById(id);
      if (element) element.textContent = text;
    }
    const { attempts, opened, events, bytes, duplicates, gaps, lastEventAt } = record.stats;
    for (const [id, count] of Object.entries({ tries: attempts, connections: opened, errors: record.errors, events, duplicates, gaps })) {
      byId(id).textContent = count.toLocaleString();
    }
    byId("bytes").textContent = bytes === undefined ? "–" : sizeText(bytes);
    byId("last-event").textContent = lastEventAt === undefined ? "–" : timeFormat.format(lastEventAt);
  }

  #toggle() {
    const session = this.#panel?.session;
    if (session?.isOpen) session.close();
    else session?.open();
  }
}

/** @param {number} bytes */
function sizeText(bytes) {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
