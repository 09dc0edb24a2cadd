// @ts-check
import { byId, html } from "../../dom.js";
import { Scroll } from "../scroll.js";

/** @typedef {import("../../feeds/chat.js").Feed["said"]} Said */

const MOST_ENTRIES = 300;

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

/** What was said, each message once and in the order of the ids, with notices between. */
export class Messages {
  #list = byId("messages");
  #scroll = new Scroll(this.#list);
  /** The messages that are shown, in order. @type {{ id: number, said: Said, entry: HTMLElement }[]} */
  #shown = [];
  #you = "";

  /** Who the user is. Their messages look different. */
  get you() {
    return this.#you;
  }

  set you(you) {
    this.#you = you;
    for (const { said, entry } of this.#shown) entry.dataset.kind = this.#kindOf(said);
  }

  /** While earlier messages arrive, screen readers must not read them out. @param {boolean} isCatchingUp */
  set isCatchingUp(isCatchingUp) {
    this.#list.setAttribute("aria-busy", String(isCatchingUp));
  }

  toEnd() {
    this.#scroll.toEnd();
  }

  /**
   * Adds messages that are not shown yet.
   *
   * @param {{ data: Said, lastEventId: string }[]} messages
   */
  add(messages) {
    this.#scroll.keepEnd(() => {
      for (const { data, lastEventId } of messages.slice(-MOST_ENTRIES)) this.#add(data, lastEventId);
    });
  }

  /** @param {string} text */
  notice(text) {
    this.#scroll.keepEnd(() => {
      this.#list.append(html("li", { class: "notice" }, text));
      this.#trim();
    });
  }

  /** @param {Said} said @param {string} lastEventId */
  #add(said, lastEventId) {
    const id = Number(lastEventId);
    // A message without an id, as a fault sends it, has the id of the one before.
    const isShown = this.#shown.some((one) => one.id === id && one.said.time === said.time && one.said.id === said.id);
    const at = this.#shown.findLastIndex((one) => one.id <= id) + 1;
    const isTooOld = at === 0 && this.#list.childElementCount >= MOST_ENTRIES;
    if (isShown || isTooOld) return;
    const entry = this.#entry(said, lastEventId);
    this.#list.insertBefore(entry, this.#shown[at]?.entry ?? null);
    this.#shown.splice(at, 0, { id, said, entry });
    this.#trim();
  }

  /** @param {Said} said @param {string} lastEventId */
  #entry(said, lastEventId) {
    const date = new Date(said.time);
    return html(
      "li",
      { class: "message", "data-kind": this.#kindOf(said), "data-id": lastEventId },
      html("span", { class: "author" }, said.name),
      html("time", { datetime: Number.isNaN(date.getTime()) ? "" : date.toISOString() }, time.format(said.time)),
      html("p", { class: "text" }, said.text),
    );
  }

  /** @param {Said} said */
  #kindOf({ id }) {
    return id === this.#you ? "own" : "other";
  }

  #trim() {
    const first = this.#list.firstElementChild;
    if (this.#list.childElementCount <= MOST_ENTRIES) return;
    if (this.#shown[0]?.entry === first) this.#shown.shift();
    first?.remove();
  }
}
