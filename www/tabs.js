// @ts-check
import { byId } from "./dom.js";

const TITLE = document.title;

/** The tabs. The page's URL names the selected one, and the arrow keys move between them. */
export class Tabs {
  /** @type {HTMLElement[]} */
  #tabs = [...byId("tabs").querySelectorAll('[role="tab"]')].filter((tab) => tab instanceof HTMLElement);
  #onSelect;
  #selected = "";

  /** @param {(name: string) => void} onSelect */
  constructor(onSelect) {
    this.#onSelect = onSelect;
    for (const tab of this.#tabs) tab.addEventListener("click", () => (location.hash = nameOf(tab)));
    byId("tabs").addEventListener("keydown", (event) => this.#move(event));
    addEventListener("hashchange", () => this.#select());
    this.#select();
  }

  #select() {
    const tab = this.#tabs.find((tab) => `#${nameOf(tab)}` === location.hash) ?? this.#tabs[0];
    if (nameOf(tab) === this.#selected) return;
    this.#selected = nameOf(tab);
    for (const other of this.#tabs) {
      const isSelected = other === tab;
      other.setAttribute("aria-selected", String(isSelected));
      other.tabIndex = isSelected ? 0 : -1;
      byId(`panel-${nameOf(other)}`).hidden = !isSelected;
    }
    document.title = `${tab.textContent} – ${TITLE}`;
    this.#onSelect(this.#selected);
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    const at = this.#tabs.findIndex((tab) => tab === document.activeElement);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    const tab = this.#tabs.at(to % this.#tabs.length);
    tab?.focus();
    tab?.click();
  }
}

/** @param {HTMLElement} tab */
const nameOf = (tab) => tab.id.replace("tab-", "");
