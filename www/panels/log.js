// @ts-check
import { byId, input } from "../dom.js";
import { identity } from "../identity.js";
import { Record } from "../inspector/record.js";
import { Session } from "../session.js";
import { openLog } from "../feeds/log.js";
import { Tail } from "./log/tail.js";

/** @typedef {import("../feeds/log.js").Feed} Feed */

/**
 * How long lines are gathered before they are drawn together, in milliseconds. Nobody reads faster, and a page that draws all the
 * time has little time to receive.
 */
const DRAW_INTERVAL = 80;

/** The log of a busy service, hundreds of lines a second. */
export class LogPanel {
  name = "log";
  /** Pending while the panel is paused. */
  unpaused = Promise.resolve();

  #tail = new Tail();
  #pause = byId("pause");
  #resume = () => {};
  /** The number of the last line. Numbers have no gap, so that missing lines can be counted. */
  #last = 0;
  #count = 0;
  #missing = 0;
  /** The iteration that is being read. @type {{ readonly dropped: number } | undefined} */
  #lines;
  #droppedBefore = 0;
  #isScheduled = false;
  /** How many lines there were at the last measurement, a second ago or less, and the rate that it gave. */
  #measured = { at: performance.now(), count: 0, rate: 0 };

  /** @param {(record: Record) => void} onChange */
  constructor(onChange) {
    const record = new Record("/demo/log", "fetch", ["line", "bye"], (record) => {
      this.#schedule();
      onChange(record);
    });
    this.session = new Session(record, (options) => {
      // Lines that wait in the queue of the last source are older than all lines of the new one.
      this.#setPaused(false);
      return openLog({ client: identity.tabId, ...options }, this);
    });
    this.#pause.addEventListener("click", () => this.#setPaused(this.#pause.ariaPressed !== "true"));
    const filter = () => this.#tail.filter(input("filter").value, input("only-trouble").checked);
    byId("filter").addEventListener("input", filter);
    byId("only-trouble").addEventListener("change", filter);
  }

  show() {
    this.#measured = { at: performance.now(), count: this.#count, rate: 0 };
    this.session.open();
  }

  hide() {
    this.session.close();
    this.#setPaused(false);
  }

  /**
   * The lines of a new source are read from now on.
   *
   * @param {{ readonly dropped: number }} lines
   */
  startReading(lines) {
    this.#droppedBefore += this.#lines?.dropped ?? 0;
    this.#lines = lines;
  }

  /**
   * @param {number} number
   * @param {Feed["line"]} line
   */
  line(number, line) {
    // A line without an id has the number of the line before.
    const isNumbered = number !== this.#last;
    if (isNumbered && this.#last > 0) {
      const gap = number - this.#last - 1;
      if (gap > 0) this.#tail.gap(`${gap.toLocaleString()} lines are not shown`);
      if (gap < 0) this.#tail.gap("the log has begun again");
      this.#missing += Math.max(0, gap);
    }
    this.#last = number;
    this.#count += 1;
    this.#tail.add(isNumbered ? number : undefined, line);
    this.#schedule();
  }

  /** @param {boolean} isPaused */
  #setPaused(isPaused) {
    if (isPaused === (this.#pause.ariaPressed === "true")) return;
    this.#pause.setAttribute("aria-pressed", String(isPaused));
    this.#pause.textContent = isPaused ? "Go on" : "Pause";
    if (!isPaused) return this.#resume();
    this.unpaused = new Promise((resolve) => (this.#resume = resolve));
    // Lines that were gathered are drawn before the pause, not after it.
    this.#frame();
  }

  /** Draws all gathered lines in one frame. */
  #schedule() {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setTimeout(() => requestAnimationFrame(() => this.#frame()), DRAW_INTERVAL);
  }

  #frame() {
    this.#isScheduled = false;
    this.#tail.draw();
    const now = performance.now();
    const { at, count } = this.#measured;
    if (now - at >= 1_000) {
      const rate = Math.round(((this.#count - count) * 1_000) / (now - at));
      this.#measured = { at: now, count: this.#count, rate };
    }
    show("line-count", this.#count);
    show("line-rate", this.#measured.rate);
    show("lines-dropped", this.#droppedBefore + (this.#lines?.dropped ?? 0));
    show("lines-missing", this.#missing);
  }
}

/**
 * @param {string} id
 * @param {number} value
 */
function show(id, value) {
  const text = value.toLocaleString();
  const element = byId(id);
  if (element.textContent !== text) element.textContent = text;
}
