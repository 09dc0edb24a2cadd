// @ts-check
import { byId } from "./dom.js";

const TITLE = document.title;

/** A list of tabs, each with the panel that it names. The arrow keys move between them. */
export class TabList {
  /** @type {HTMLElement[]} */
  #tabs;

  /**
   * @param {HTMLElement} list
   * @param {(name: string) => void} onChoose called when a person chooses a tab
   */
  constructor(list, onChoose) {
    this.#tabs = [...list.querySelectorAll('[role="tab"]')].filter((tab) => tab instanceof HTMLElement);
    for (const tab of this.#tabs) tab.addEventListener("click", () => onChoose(nameOf(tab)));
    list.addEventListener("keydown", (event) => this.#move(event));
  }

  /** Selects the tab of this name, or the first one, which it returns. @param {string} name */
  select(name) {
    const tab = this.#tabs.find((tab) => nameOf(tab) === name) ?? this.#tabs[0];
    for (const other of this.#tabs) {
      const isSelected = other === tab;
      other.setAttribute("aria-selected", String(isSelected));
      other.tabIndex = isSelected ? 0 : -1;
      byId(`panel-${nameOf(other)}`).hidden = !isSelected;
    }
    return { name: nameOf(tab), label: tab.textContent };
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

/** The tabs of the streams. The page's URL names the selected one. */
export class Tabs {
  #list = new TabList(byId("tabs"), (name) => (location.hash = name));
  #onSelect;
  #selected = "";

  /** @param {(name: string) => void} onSelect */
  constructor(onSelect) {
    this.#onSelect = onSelect;
    addEventListener("hashchange", () => this.#select());
    this.#select();
  }

  #select() {
    const { name, label } = this.#list.select(location.hash.slice(1));
    if (name === this.#selected) return;
    this.#selected = name;
    document.title = `${label} – ${TITLE}`;
    this.#onSelect(name);
  }
}

/** @param {HTMLElement} tab */
const nameOf = (tab) => tab.id.replace("tab-", "");
