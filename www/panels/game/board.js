// @ts-check
import { byId, html } from "../../dom.js";

/** @typedef {import("../../feeds/game.js").Feed["field"]} Field */

/** The largest board that is drawn, even if a server sends a larger one. */
const MOST_CELLS = 1_024;

/** The place of a cell as text: its row and column, counted from 1. @param {number} cell @param {number} width */
export const place = (cell, width) => `row ${Math.floor(cell / width) + 1}, column ${(cell % width) + 1}`;

/** The look of a cell, and its description. */
const LOOKS = new Map([
  [".", { mark: "", words: "hidden" }],
  ["f", { mark: "⚑", words: "flag" }],
  ["*", { mark: "✸", words: "a mine that was hit" }],
  ["m", { mark: "✸", words: "a mine" }],
  ["0", { mark: "", words: "no mine near" }],
]);

/** The field: a grid of buttons. The arrow keys move between them, Enter opens a cell, and F puts a flag on it. */
export class Board {
  #grid = byId("board");
  #flags = byId("flag-mode");
  #onMove;
  /** @type {HTMLButtonElement[]} */
  #cells = [];
  #width = 0;

  /** @param {(move: "open" | "flag", cell: number) => void} onMove */
  constructor(onMove) {
    this.#onMove = onMove;
    this.#grid.addEventListener("click", (event) => this.#press(event, this.#flags.ariaPressed === "true"));
    this.#grid.addEventListener("contextmenu", (event) => this.#press(event, true));
    this.#grid.addEventListener("keydown", (event) => this.#key(event));
    this.#flags.addEventListener("click", () => {
      this.#flags.setAttribute("aria-pressed", String(this.#flags.ariaPressed !== "true"));
    });
  }

  /** @param {Field} field */
  show({ width, height, cells }) {
    if (!Number.isInteger(width) || width < 1 || width * height > MOST_CELLS || cells.length !== width * height) return;
    if (width !== this.#width || cells.length !== this.#cells.length) this.#build(width, height);
    this.#cells.forEach((cell, at) => {
      const seen = cells[at];
      if (cell.dataset.seen === seen) return;
      const { mark, words } = LOOKS.get(seen) ?? { mark: seen, words: `${seen} near` };
      cell.dataset.seen = seen;
      cell.textContent = mark;
      cell.ariaLabel = `${place(at, width)}: ${words}`;
    });
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  #build(width, height) {
    this.#width = width;
    this.#cells = Array.from({ length: width * height }, () => html("button", { type: "button", role: "gridcell", tabindex: "-1" }));
    this.#cells[0].tabIndex = 0;
    const rows = Array.from({ length: height }, (_, row) =>
      html("div", { role: "row" }, ...this.#cells.slice(row * width, (row + 1) * width)),
    );
    this.#grid.replaceChildren(...rows);
  }

  /**
   * @param {Event} event
   * @param {boolean} isFlag
   */
  #press(event, isFlag) {
    const cell = this.#cellOf(event);
    if (cell < 0) return;
    event.preventDefault();
    this.#focus(cell);
    this.#onMove(isFlag ? "flag" : "open", cell);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const cell = this.#cellOf(event);
    if (cell < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "f" || event.key === "F") {
      event.preventDefault();
      this.#onMove("flag", cell);
      return;
    }
    const column = cell % this.#width;
    const to = {
      ArrowLeft: column > 0 ? cell - 1 : cell,
      ArrowRight: column < this.#width - 1 ? cell + 1 : cell,
      ArrowUp: cell - this.#width,
      ArrowDown: cell + this.#width,
      Home: cell - column,
      End: cell - column + this.#width - 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    if (to in this.#cells) this.#focus(to);
  }

  /** @param {number} cell */
  #focus(cell) {
    for (const other of this.#cells) other.tabIndex = -1;
    this.#cells[cell].tabIndex = 0;
    this.#cells[cell].focus();
  }

  /** @param {Event} event */
  #cellOf({ target }) {
    return target instanceof HTMLButtonElement ? this.#cells.indexOf(target) : -1;
  }
}
