// @ts-check
import { byId, html } from "../dom.js";
import { identity } from "../identity.js";
import { Record } from "../inspector/record.js";
import { post } from "../post.js";
import { Session } from "../session.js";
import { openGame } from "../feeds/game.js";
import { Board, place } from "./game/board.js";

/** @typedef {import("../feeds/game.js").Feed} Feed */

const MOST_MOVES = 40;

/** A minefield that all players clear together. Only the server knows what is under a cell. */
export class GamePanel {
  name = "game";
  #board = new Board((move, cell) => void this.#play({ move, cell }));
  #status = byId("game-status");
  #moves = byId("moves");
  #next = byId("next-field");
  #you = "";
  #width = 1;

  /** @param {(record: Record) => void} onChange */
  constructor(onChange) {
    const names = ["welcome", "field", "players", "played", "bye"];
    const record = new Record("/demo/game", "EventSource", names, onChange);
    this.session = new Session(record, (options) => openGame({ ...player(), ...options }, this));
    this.#next.addEventListener("click", () => void this.#play({ move: "deal" }));
  }

  show() {
    this.session.open();
  }

  hide() {
    this.session.close();
  }

  /** @param {Feed["welcome"]} welcome */
  welcome({ you }) {
    this.#you = you;
  }

  /** @param {Feed["field"]} field */
  field(field) {
    this.#width = field.width;
    this.#board.show(field);
    const count = (/** @type {string} */ kinds) => [...field.cells].filter((cell) => kinds.includes(cell)).length;
    const left = count(".f") - field.mines + count("*");
    byId("round").textContent = String(field.round);
    byId("cells-left").textContent = String(field.over ? 0 : left);
    byId("mines-left").textContent = String(Math.max(0, field.mines - count("*f")));
    this.#next.hidden = !field.over;
  }

  /** @param {Feed["players"]["players"]} players */
  players(players) {
    const rows = players.map(({ id, name, score, here }) =>
      html(
        "tr",
        { "data-here": String(here) },
        html("th", { scope: "row" }, name, html("span", { class: "soft" }, id === this.#you ? " (you)" : here ? "" : " (away)")),
        html("td", { class: "number" }, String(score)),
      ),
    );
    byId("players").replaceChildren(...rows);
  }

  /** @param {Feed["played"]} played */
  played({ name, did, cell, points }) {
    const where = typeof cell === "number" ? place(cell, this.#width) : "";
    const gain = points > 0 ? ` +${points}` : points < 0 ? ` −${-points}` : "";
    this.notice(`${name} ${DEEDS.get(did) ?? did} ${where}${gain}`.trim());
    this.#status.textContent = "";
  }

  /** @param {string} text */
  notice(text) {
    this.#moves.prepend(html("li", {}, text));
    if (this.#moves.childElementCount > MOST_MOVES) this.#moves.lastElementChild?.remove();
  }

  /** @param {{ move: "open" | "flag" | "deal", cell?: number }} play */
  async #play(play) {
    this.#status.textContent = (await post("/demo/game", { ...player(), ...play })) ?? "";
  }
}

/** What a player did, in words, by the names that the server sends. */
const DEEDS = new Map([
  ["open", "opened"],
  ["hit", "hit the mine at"],
  ["flag", "put a flag on"],
  ["unflag", "took the flag from"],
  ["deal", "laid out a new field"],
]);

/** Who this tab is to the server. */
const player = () => ({ client: identity.tabId, name: identity.name });
