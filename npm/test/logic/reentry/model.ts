// The model: which listeners should hear what, and in which order. It keeps all listeners in a list, and marks those that are
// gone.

import { type Act, type Course, type Kind, Script, isCalledByPackage } from "./course.ts";

class Thrown extends Error {}

interface Listener {
  number: number;
  kind: Kind;
  name: string | undefined;
  isGone: boolean;
  yielded: unknown[];
}

export class Model {
  journal: string[] = [];
  throws = 0;
  #listeners: Listener[] = [];
  #script;
  #isClosed = false;
  #isToldClosed = false;

  constructor(course: Course) {
    this.#script = new Script(course);
  }

  get yielded() {
    return this.#listeners.filter(({ kind }) => kind === "iterate").map(({ yielded }) => yielded);
  }

  opened() {
    if (this.#isClosed) return;
    this.#dispatch("open", undefined, "open");
    if (!this.#isClosed) this.#callAll("state", "open");
    this.#settle();
  }

  lost() {
    if (this.#isClosed) return;
    this.#dispatch("error", undefined, "error");
    this.#callAll("problem", "connection-lost");
    if (!this.#isClosed) this.#callAll("state", "waiting");
    this.#settle();
  }

  connecting() {
    if (this.#isClosed) return;
    this.#callAll("state", "connecting");
    this.#settle();
  }

  event(name: string, data: unknown) {
    if (this.#isClosed) return;
    // Listeners that exist when the event arrives hear it, after the listeners of the DOM.
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

  act(act: Act) {
    const listeners = this.#listeners;
    if (act.type === "add") {
      const { kind } = act;
      const isNamed = kind === "on" || kind === "iterate" || kind === "dom" || kind === "once";
      // Listeners of the DOM can also be added and removed after the close, without effect.
      const name = isNamed ? act.name : undefined;
      listeners.push({ number: listeners.length, kind, name, isGone: this.#isClosed, yielded: [] });
    } else if (act.type === "remove" && listeners.length) {
      const listener = listeners[act.which % listeners.length];
      listener.isGone = true;
      listener.yielded = [];
    } else if (act.type === "close" && !this.#isClosed) {
      this.#close();
    } else if (act.type === "throw") {
      throw new Thrown();
    }
  }

  #close() {
    this.#isClosed = true;
    for (const listener of this.#listeners) listener.isGone ||= listener.kind === "on" || listener.kind === "iterate";
  }

  /** Tells that the source is closed, once the callbacks have returned. */
  #settle() {
    if (!this.#isClosed || this.#isToldClosed) return;
    this.#isToldClosed = true;
    this.#callAll("state", "closed");
  }

  #listening(isKind: (kind: Kind) => boolean, name?: string) {
    return this.#listeners.filter((listener) => !listener.isGone && isKind(listener.kind) && listener.name === name);
  }

  #callAll(kind: Kind, what: string) {
    for (const listener of this.#listening((other) => other === kind)) {
      if (!listener.isGone) this.#call(listener, what);
    }
  }

  #dispatch(type: Kind, name: string | undefined, what: unknown) {
    const listening = this.#listening((kind) => kind === type || (type === "dom" && kind === "once"), name);
    for (const listener of listening) {
      if (listener.isGone) continue;
      if (listener.kind === "once") listener.isGone = true;
      this.#call(listener, what);
    }
  }

  #call({ number, kind }: Listener, what: unknown) {
    this.journal.push(`${number} ${what}`);
    try {
      for (const act of this.#script.next(number)) this.act(act);
    } catch (exception) {
      if (!(exception instanceof Thrown)) throw exception;
      this.throws += Number(isCalledByPackage(kind));
    }
  }
}
