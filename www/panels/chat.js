// @ts-check
import { byId, form, html, input } from "../dom.js";
import { identity } from "../identity.js";
import { Record } from "../inspector/record.js";
import { post } from "../post.js";
import { Session } from "../session.js";
import { openChat } from "../feeds/chat.js";
import { Scroll } from "./scroll.js";

/** @typedef {import("../feeds/chat.js").Feed} Feed */

const MOST_ENTRIES = 300;

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

/** A chat room. */
export class ChatPanel {
  name = "chat";
  #list = byId("messages");
  #scroll = new Scroll(this.#list);
  #status = byId("chat-status");
  #name = input("chat-name");
  #text = input("chat-text");
  #you = "";

  /** @param {(record: Record) => void} onChange */
  constructor(onChange) {
    const names = ["welcome", "said", "joined", "left", "renamed", "present", "bye"];
    const record = new Record("/demo/chat", "EventSource", names, onChange);
    this.session = new Session(record, (options) => openChat({ ...identity, ...options }, this));
    this.#name.addEventListener("change", () => this.#rename());
    form("chat-form").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#speak();
    });
  }

  show() {
    this.#name.value = identity.name;
    this.session.open();
    this.#scroll.toEnd();
  }

  hide() {
    this.session.close();
  }

  /** @param {Feed["welcome"]} welcome */
  welcome({ you }) {
    this.#you = you;
    // Screen readers must not read out the earlier messages.
    this.#list.setAttribute("aria-busy", "true");
    setTimeout(() => this.#list.removeAttribute("aria-busy"), 500);
  }

  /**
   * @param {Feed["said"]} said
   * @param {string} id
   */
  said({ id: who, name, text, time: at }, id) {
    const date = new Date(at);
    const kind = who === this.#you ? "own" : "other";
    const entry = html(
      "li",
      { class: "message", "data-kind": kind, "data-id": id },
      html("span", { class: "author" }, name),
      html("time", { datetime: Number.isNaN(date.getTime()) ? "" : date.toISOString() }, time.format(at)),
      html("p", { class: "text" }, text),
    );
    this.#add(entry);
  }

  /** @param {string} text */
  notice(text) {
    this.#add(html("li", { class: "notice" }, text));
  }

  /** @param {Feed["present"]["people"]} people */
  present(people) {
    const names = people.map(({ id, name }) => html("li", {}, id === this.#you ? `${name} (you)` : name));
    byId("people").replaceChildren(...names);
    byId("people-count").textContent = String(people.length);
  }

  /** @param {HTMLElement} entry */
  #add(entry) {
    this.#scroll.keepEnd(() => {
      this.#list.append(entry);
      if (this.#list.childElementCount > MOST_ENTRIES) this.#list.firstElementChild?.remove();
    });
  }

  #rename() {
    const name = this.#name.value.trim();
    if (!name || name === identity.name) return;
    identity.name = name;
    // The name is part of the URL, so this opens another source, which continues after the last event.
    this.session.open();
  }

  async #speak() {
    const text = this.#text.value;
    if (!text.trim()) return;
    this.#status.textContent = "";
    const refusal = await post("/demo/chat", { ...identity, text });
    if (refusal) this.#status.textContent = refusal;
    else if (this.#text.value === text) this.#text.value = "";
  }
}
