// @ts-check
import { byId, html } from "../dom.js";

/** @typedef {import("./record.js").Happening} Happening */

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

/** The list of what has happened to a source, the newest on top. */
export class Happenings {
  #list = byId("happenings");
  /** @type {Happening | undefined} */
  #newest;
  /** @type {readonly Happening[]} */
  #shown = [];

  /** @param {readonly Happening[]} happenings */
  show(happenings) {
    if (happenings !== this.#shown) {
      this.#list.replaceChildren();
      this.#newest = undefined;
      this.#shown = happenings;
    }
    const known = this.#newest ? happenings.indexOf(this.#newest) : -1;
    const fresh = known < 0 ? happenings : happenings.slice(0, known);
    this.#list.prepend(...fresh.map(entry));
    this.#newest = happenings[0];
    while (this.#list.childElementCount > happenings.length) this.#list.lastElementChild?.remove();
  }
}

/** @param {Happening} happening */
function entry({ time: at, kind, label, text }) {
  const date = new Date(at);
  return html(
    "li",
    { "data-kind": kind },
    html("time", { datetime: date.toISOString() }, time.format(date)),
    html("span", { class: "kind" }, label),
    html("span", { class: "text" }, text),
  );
}
