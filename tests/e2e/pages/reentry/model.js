// Who is to hear what, in which order: plain lists, in which those who are gone are marked.

import { PLAYS, isOurs, scriptOf } from "./shape.js";

class Thrown extends Error {}

export function expected(shape, transport) {
  const model = new Model(shape);
  for (const act of shape.start) model.act(act);
  let count = 0;
  shape.attempts.forEach((names, index) => {
    if (index > 0) {
      model.lost();
      if (transport === "fetch") model.announce("connecting");
    }
    model.opened();
    for (const name of names) model.event(name, (count += 1));
  });
  model.finish();
  const yielded = model.listeners.filter(({ kind }) => kind === "iterate").map(({ yielded }) => yielded);
  return { journal: model.journal, throws: model.throws, yielded };
}

class Model {
  journal = [];
  listeners = [];
  throws = 0;
  #shape;
  #calls = new Map();
  #plays = 0;
  #isClosed = false;
  #isToldClosed = false;

  constructor(shape) {
    this.#shape = shape;
  }

  opened() {
    if (this.#isClosed) return;
    this.#dispatch("open", undefined, "open");
    if (!this.#isClosed) this.#round("state", undefined, "open");
    this.#settle();
  }

  lost() {
    if (this.#isClosed) return;
    this.#dispatch("error", undefined, "error");
    this.#round("problem", undefined, "connection-lost");
    if (!this.#isClosed) this.#round("state", undefined, "waiting");
    this.#settle();
  }

  announce(state) {
    if (this.#isClosed) return;
    this.#round("state", undefined, state);
    this.#settle();
  }

  event(name, data) {
    if (this.#isClosed) return;
    // Who listens when the event comes hears it, after the listeners of the DOM.
    const typed = this.#listening((kind) => kind === "on" || kind === "iterate", name);
    this.#dispatch("dom", name, data);
    for (const listener of typed) {
      if (listener.isGone) continue;
      if (listener.kind === "on") this.#call(listener, data);
      else listener.yielded.push(data);
    }
    this.#settle();
  }

  finish() {
    this.#close();
    this.#settle();
  }

  #close() {
    this.#isClosed = true;
    for (const listener of this.listeners) listener.isGone ||= listener.kind === "on" || listener.kind === "iterate";
  }

  /** What is told once the callbacks have returned that have closed the source. */
  #settle() {
    if (!this.#isClosed || this.#isToldClosed) return;
    this.#isToldClosed = true;
    this.#round("state", undefined, "closed");
  }

  #listening(isKind, name) {
    return this.listeners.filter((listener) => !listener.isGone && isKind(listener.kind) && listener.name === name);
  }

  #round(kind, name, what) {
    for (const listener of this.#listening((other) => other === kind, name)) {
      if (!listener.isGone) this.#call(listener, what);
    }
  }

  #dispatch(type, name, what) {
    const listening = this.#listening((kind) => kind === type || (type === "dom" && kind === "once"), name);
    for (const listener of listening) {
      if (listener.isGone) continue;
      if (listener.kind === "once") listener.isGone = true;
      this.#call(listener, what);
    }
  }

  #call({ number, kind }, what) {
    this.journal.push(`${number} ${what}`);
    if (this.#plays === PLAYS) return;
    this.#plays += 1;
    const call = (this.#calls.get(number) ?? 0) + 1;
    this.#calls.set(number, call);
    try {
      for (const act of scriptOf(this.#shape, number, call)) this.act(act);
    } catch (exception) {
      if (!(exception instanceof Thrown)) throw exception;
      this.throws += Number(isOurs(kind));
    }
  }

  act({ type, kind, name, which }) {
    const { listeners } = this;
    if (type === "add") {
      const isNamed = ["on", "iterate", "dom", "once"].includes(kind);
      // The DOM's listeners may come and go after the close too, in vain.
      listeners.push({ number: listeners.length, kind, name: isNamed ? name : undefined, isGone: this.#isClosed, yielded: [] });
    } else if (type === "remove" && listeners.length) {
      const listener = listeners[which % listeners.length];
      listener.isGone = true;
      listener.yielded = [];
    } else if (type === "close" && !this.#isClosed) {
      this.#close();
    } else if (type === "throw") {
      throw new Thrown();
    }
  }
}
