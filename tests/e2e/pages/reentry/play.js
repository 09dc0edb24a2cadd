// The source itself, and callbacks that do anything.

import { PLAYS, isOurs, scriptOf } from "./shape.js";

/** Plays a shape at a server that sends what is in it. Answers what was heard. */
export async function heard(EventSource, transport, url, shape) {
  const world = new World(EventSource, transport, url, shape);
  for (const act of shape.start) world.act(act);
  await world.source.closed;
  return { journal: world.journal, yielded: await world.yielded() };
}

class World {
  journal = [];
  source;
  #open;
  #shape;
  /** By their numbers: what ends a listener. */
  #undos = [];
  /** By their numbers. */
  #kinds = [];
  /** Of the callback that was called last. */
  #kind;
  #iterators = [];
  #calls = new Map();
  #plays = 0;

  constructor(EventSource, transport, url, shape) {
    this.#open = (url) => new EventSource(url, { transport, terminalEvent: "bye" });
    this.#shape = shape;
    this.source = this.#open(url);
    // Or what nobody hears goes to the console.
    this.source.onError(() => {});
  }

  yielded() {
    const drain = async (iterator) => {
      const all = [];
      for await (const { data } of iterator) all.push(data);
      return all;
    };
    return Promise.all(this.#iterators.map(drain));
  }

  act({ type, kind, name, which }) {
    const undos = this.#undos;
    if (type === "add") undos.push(this.#add(undos.length, kind, name));
    else if (type === "remove" && undos.length) undos[which % undos.length]();
    else if (type === "close") this.source.close();
    else if (type === "open") this.#open("/streams/another").close();
    else if (type === "throw") throw new Error(isOurs(this.#kind) ? "on purpose" : "to the DOM");
  }

  #add(number, kind, name) {
    this.#kinds[number] = kind;
    const { source } = this;
    const tell = (what) => this.#called(number, what);
    const listen = (type, callback, once = false) => {
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
      default: {
        const iterator = source.events(name);
        this.#iterators.push(iterator);
        return () => iterator.return();
      }
    }
  }

  #called(number, what) {
    this.journal.push(`${number} ${what}`);
    if (this.#plays === PLAYS) return;
    this.#plays += 1;
    const call = (this.#calls.get(number) ?? 0) + 1;
    this.#calls.set(number, call);
    for (const act of scriptOf(this.#shape, number, call)) {
      this.#kind = this.#kinds[number];
      this.act(act);
    }
  }
}
