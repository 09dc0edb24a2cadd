// @ts-check
import { byId, form, html, input } from "../dom.js";
import { identity, onRename, rename } from "../identity.js";
import { Record } from "../inspector/record.js";
import { post } from "../post.js";
import { Session } from "../session.js";
import { showSharing } from "../sharing.js";
import { openChat } from "../feeds/chat.js";
import { Messages } from "./chat/messages.js";

/** @typedef {import("../feeds/chat.js").Feed} Feed */
/** @typedef {import("../feeds/chat.js").Recent} Recent */

/** A chat room. */
export class ChatPanel {
  name = "chat";
  client = identity.personId;
  #messages = new Messages();
  #status = byId("chat-status");
  #name = input("chat-name");
  #text = input("chat-text");
  /** Who is present. @type {Feed["present"]["people"]} */
  #people = [];

  /** @param {(record: Record) => void} onChange */
  constructor(onChange) {
    const names = ["said", "joined", "left", "renamed", "present", "bye"];
    const record = new Record("/demo/chat", "EventSource", names, onChange);
    this.session = new Session(record, ({ signal }) => {
      const source = openChat({ ...this.#person, signal }, this);
      showSharing(source, byId("chat-sharing"));
      return source;
    });
    onRename(() => this.#showName());
    this.#name.addEventListener("change", () => {
      const name = this.#name.value.trim();
      if (name) rename(name);
    });
    form("chat-form").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#speak();
    });
  }

  /** The person, as the server's routes take it. */
  get #person() {
    return { client: this.client, name: identity.name };
  }

  show() {
    this.#name.value = identity.name;
    this.session.open();
    this.#messages.toEnd();
  }

  hide() {
    this.session.close();
  }

  /**
   * Shows what was said and who is present, as the server answers to a source that has opened.
   *
   * @param {Promise<Recent>} asked
   */
  async catchUp(asked) {
    const before = this.#people;
    this.#messages.isCatchingUp = true;
    try {
      const { you, people, messages } = await asked;
      this.#messages.you = you.id;
      this.#messages.add(messages);
      // The stream may have told meanwhile who is present, which is newer.
      this.present(this.#people === before ? people : this.#people);
    } catch (error) {
      if (!(error instanceof Error && error.name === "AbortError")) {
        this.session.record.note("error", `what was said before is not shown: ${error}`, "recent");
      }
    }
    setTimeout(() => (this.#messages.isCatchingUp = false), 500);
  }

  /**
   * @param {Feed["said"]} data
   * @param {string} lastEventId
   */
  said(data, lastEventId) {
    this.#messages.add([{ data, lastEventId }]);
  }

  /** @param {string} text */
  notice(text) {
    this.#messages.notice(text);
  }

  /** @param {Feed["present"]["people"]} people */
  present(people) {
    this.#people = people;
    const names = people.map(({ id, name }) => html("li", {}, id === this.#messages.you ? `${name} (you)` : name));
    byId("people").replaceChildren(...names);
    byId("people-count").textContent = String(people.length);
  }

  #showName() {
    this.#name.value = identity.name;
    // The name is part of the URL, so this opens another source.
    if (this.session.isOpen) this.session.open();
  }

  async #speak() {
    const text = this.#text.value;
    if (!text.trim()) return;
    this.#status.textContent = "";
    const refusal = await post("/demo/chat", { ...this.#person, text });
    if (refusal) this.#status.textContent = refusal;
    else if (this.#text.value === text) this.#text.value = "";
  }
}
