// @ts-check
import { byId, html } from "../dom.js";
import { FAULTS } from "./choices.js";

/** The faults that the server causes, one after the other. Each can be moved and removed. */
export class Plan {
  #list = byId("plan");
  #onChange;
  /** @type {string[]} */
  #faults = [];

  /** @param {(faults: string[]) => void} onChange */
  constructor(onChange) {
    this.#onChange = onChange;
  }

  /** @param {readonly string[]} faults */
  show(faults) {
    this.#faults = [...faults];
    this.#list.replaceChildren(...faults.map((name, index) => this.#entry(name, index)));
    if (faults.length === 0) this.#list.append(html("li", { class: "soft" }, "No fault: the stream only flows."));
  }

  /** @param {string} name @param {number} index */
  #entry(name, index) {
    const label = FAULTS.find((fault) => fault.name === name)?.label ?? name;
    const place = `${label}, ${index + 1} of ${this.#faults.length}`;
    const earlier = html("button", { type: "button", "aria-label": `Move up: ${place}` }, "↑");
    earlier.disabled = index === 0;
    earlier.addEventListener("click", () => this.#move(index, index - 1));
    const remove = html("button", { type: "button", class: "remove", "aria-label": `Remove: ${place}` }, "✕");
    remove.addEventListener("click", () => this.#remove(index));
    return html("li", { "data-fault": name }, html("span", {}, label), earlier, remove);
  }

  /** @param {number} from @param {number} to */
  #move(from, to) {
    const faults = [...this.#faults];
    faults.splice(to, 0, ...faults.splice(from, 1));
    this.#onChange(faults);
    this.#focus(to, "button:not(:disabled)");
  }

  /** @param {number} index */
  #remove(index) {
    this.#onChange(this.#faults.toSpliced(index, 1));
    this.#focus(Math.min(index, this.#faults.length - 1), ".remove");
  }

  /** The entries are new, so the focus would be lost. @param {number} index @param {string} selector */
  #focus(index, selector) {
    const button = this.#list.children[index]?.querySelector(selector);
    (button instanceof HTMLElement ? button : this.#list).focus();
  }
}
