// The source under test, with callbacks that do anything.

import type { EventIterator, EventSource, TypedEvent } from "typed-eventsource";
import { type Act, type Course, type Kind, Script, isCalledByPackage } from "./course.ts";

export class TestedSource {
  journal: string[] = [];
  source;
  #open;
  #script;
  /** The functions that remove listeners, by the listeners' numbers. */
  #undos: (() => unknown)[] = [];
  #iterators: EventIterator<TypedEvent<unknown>>[] = [];

  constructor(course: Course, open: () => EventSource) {
    this.#script = new Script(course);
    this.#open = open;
    this.source = open();
    // Without this listener errors would go to the console.
    this.source.onError(() => {});
  }

  /** What the iterations yield, once the source has closed. */
  yielded() {
    const drain = async (iterator: EventIterator<TypedEvent<unknown>>) => {
      const all: unknown[] = [];
      for await (const { data } of iterator) all.push(data);
      return all;
    };
    return Promise.all(this.#iterators.map(drain));
  }

  act(act: Act) {
    const undos = this.#undos;
    if (act.type === "add") undos.push(this.#add(undos.length, act.kind, act.name));
    else if (act.type === "remove" && undos.length) undos[act.which % undos.length]();
    else if (act.type === "close") this.source.close();
    else if (act.type === "open") this.#open().close();
    else if (act.type === "throw") throw new Error("on purpose");
  }

  #add(number: number, kind: Kind, name: string): () => unknown {
    const { source } = this;
    const tell = (what: unknown) => this.#called(number, kind, what);
    const listen = (type: string, callback: (event: any) => void, once = false) => {
      source.addEventListener(type, callback, { once });
      return () => source.removeEventListener(type, callback);
    };
    switch (kind) {
      case "on":
        return source.on(name, ({ data }) => tell(data));
      case "dom":
      case "once":
        return listen(name, ({ data }) => tell(data), kind === "once");
      case "open":
      case "error":
        return listen(kind, ({ type }) => tell(type));
      case "state":
        return source.onState(({ type }) => tell(type));
      case "problem":
        return source.onError(({ code }) => tell(code));
      case "iterate": {
        const iterator = source.events(name);
        this.#iterators.push(iterator);
        return () => iterator.return();
      }
    }
  }

  #called(number: number, kind: Kind, what: unknown) {
    this.journal.push(`${number} ${what}`);
    try {
      for (const act of this.#script.next(number)) this.act(act);
    } catch (exception) {
      // An exception of a listener of the DOM would end the process.
      if (isCalledByPackage(kind)) throw exception;
    }
  }
}
