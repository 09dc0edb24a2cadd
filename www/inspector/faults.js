// @ts-check
import { byId, html } from "../dom.js";

/** A fault: its name on the server, the label of its button, and what it does. @typedef {{ name: string, label: string, does: string }} Fault */

/** The faults of each stream of the showcase. @type {readonly Fault[]} */
export const FAULTS = [
  { name: "drop", label: "Connection lost", does: "It is made again; nothing is missed." },
  { name: "unavailable", label: "503, three times", does: "The policy backs off, and returns." },
  { name: "malformed", label: "Malformed data", does: "Two errors; the stream goes on." },
  { name: "hostile", label: "Hostile markup", does: "Scripts arrive as text, and stay text." },
  { name: "finish", label: "Finish", does: "The server is done: no retry." },
];

/** The buttons that cause faults, and the one that closes or opens the source. */
export class Faults {
  #list = byId("faults");
  /** Where the last button is. In the playground it is not among the faults. */
  #actions = document.getElementById("actions") ?? this.#list;

  /**
   * @param {readonly Fault[]} faults
   * @param {(fault: string, label: string) => void} cause
   * @param {() => void} toggle closes or opens
   */
  constructor(faults, cause, toggle) {
    for (const { name, label, does } of faults) {
      this.#add(this.#list, name, label, does).addEventListener("click", () => cause(name, label));
    }
    this.#add(this.#actions, "toggle", "", "").addEventListener("click", toggle);
  }

  /**
   * Sets the text of the last button, which closes the source, or opens another one.
   *
   * @param {boolean} isOpen
   * @param {string} [opens] what else opens a source, if the button cannot
   */
  show(isOpen, opens) {
    setText("toggle-label", isOpen ? "Close" : "Open again");
    setText("toggle-does", isOpen ? "This page hangs up, as you asked." : (opens ?? "A new source opens."));
    byId("toggle").toggleAttribute("disabled", !isOpen && opens !== undefined);
  }

  /**
   * @param {HTMLElement} place
   * @param {string} name
   * @param {string} label
   * @param {string} does
   */
  #add(place, name, label, does) {
    const button = html(
      "button",
      { type: "button", id: name, "aria-labelledby": `${name}-label`, "aria-describedby": `${name}-does` },
      html("strong", { id: `${name}-label` }, label),
      html("span", { id: `${name}-does` }, does),
    );
    place.append(button);
    return button;
  }
}

/**
 * @param {string} id
 * @param {string} text
 */
function setText(id, text) {
  const element = byId(id);
  if (element.textContent !== text) element.textContent = text;
}
