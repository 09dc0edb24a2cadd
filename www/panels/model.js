// @ts-check
import { byId, form, html, input } from "../dom.js";
import { identity } from "../identity.js";
import { reasonText } from "../inspector/badge.js";
import { Record } from "../inspector/record.js";
import { Session } from "../session.js";
import { openModel } from "../feeds/model.js";
import { Scroll } from "./scroll.js";

/** @typedef {import("../../pkg/index.js").CloseReason} CloseReason */

/** The most messages that the server takes. */
const MOST_MESSAGES = 40;

/** A conversation with a language model. */
export class ModelPanel {
  name = "model";
  opens = "Ask something: that opens a stream.";
  #list = byId("conversation");
  #scroll = new Scroll(this.#list);
  #status = byId("model-status");
  #prompt = input("prompt");
  #stop = byId("stop");
  /** @type {import("../feeds/model.js").Message[]} */
  #messages = [];
  /** The text of the answer that is being received. */
  #answer = new Text();

  /** @param {(record: Record) => void} onChange */
  constructor(onChange) {
    const record = new Record("/demo/model", "fetch, POST", ["message"], onChange);
    this.session = new Session(record, ({ signal }) => {
      const messages = this.#messages.slice(-MOST_MESSAGES);
      return openModel({ client: identity.tabId, messages, signal }, (token) => this.#token(token));
    });
    form("model-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const prompt = this.#prompt.value.trim();
      if (prompt && !this.session.isOpen) void this.#ask(prompt);
    });
    this.#stop.addEventListener("click", () => this.session.close());
    for (const button of byId("suggestions").querySelectorAll("button")) {
      button.addEventListener("click", () => void (this.session.isOpen || this.#ask(button.textContent ?? "")));
    }
  }

  /** Opens no stream: a question does. Its stream stays open while another panel is shown, and closes when the answer is complete. */
  show() {
    this.#scroll.toEnd();
  }

  hide() {}

  /** @param {string} prompt */
  async #ask(prompt) {
    this.#messages.push({ role: "user", content: prompt });
    this.#prompt.value = "";
    this.#answer = new Text();
    const text = html("p", { class: "text" }, this.#answer);
    this.#scroll.keepEnd(() => this.#list.append(entry("You", "own", html("p", { class: "text" }, prompt)), entry("Model", "other", text)));
    this.#isAnswering(true);
    this.#status.textContent = "";
    const begin = performance.now();
    const source = this.session.open();
    const reason = await source.closed;
    const seconds = (performance.now() - begin) / 1_000;
    this.#messages.push({ role: "assistant", content: this.#answer.data || "(nothing)" });
    this.#isAnswering(false);
    this.#status.textContent = await inWords(reason, seconds);
  }

  /** @param {string} token */
  #token(token) {
    this.#scroll.keepEnd(() => this.#answer.appendData(token));
  }

  /** @param {boolean} isAnswering */
  #isAnswering(isAnswering) {
    // Screen readers read out the answer as a whole, once it is complete.
    this.#list.setAttribute("aria-busy", String(isAnswering));
    this.#stop.toggleAttribute("disabled", !isAnswering);
    byId("ask").toggleAttribute("disabled", isAnswering);
    if (!isAnswering && document.activeElement === document.body) this.#prompt.focus();
  }
}

/**
 * @param {string} author
 * @param {string} kind
 * @param {HTMLElement} text
 */
const entry = (author, kind, text) => html("li", { class: "message", "data-kind": kind }, html("span", { class: "author" }, author), text);

/**
 * How an answer has ended, as text.
 *
 * @param {CloseReason} reason
 * @param {number} seconds
 */
async function inWords(reason, seconds) {
  switch (reason.type) {
    case "finished":
      return `Finished after ${seconds.toFixed(1)} s: the server said [DONE].`;
    case "aborted":
      return `Stopped. ${await whatServerSaw()}`;
    default:
      return reason.type === "policy" && reason.error.body ? reason.error.body : `Closed: ${reasonText(reason)}`;
  }
}

/** What the server saw of the answer that was stopped, as text. */
async function whatServerSaw() {
  try {
    const answer = await fetch(`/demo/model/ended?client=${identity.tabId}`);
    if (!answer.ok) return "";
    const { tokens, of } = await answer.json();
    return `The server saw the connection close after ${tokens} of ${of} tokens.`;
  } catch {
    return "The server does not say how far it came.";
  }
}
