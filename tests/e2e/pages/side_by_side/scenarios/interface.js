// The class and its instances, without events.

import { END, sending } from "../play.js";

const NAMES = ["url", "withCredentials", "readyState", "onopen", "onmessage", "onerror", "close"];
const CONSTANTS = ["CONNECTING", "OPEN", "CLOSED"];

/** The descriptor of a property, as text. */
function shape(object, name) {
  const { get, set, value, enumerable, configurable, writable } = Object.getOwnPropertyDescriptor(object, name) ?? {};
  return JSON.stringify({
    get: typeof get,
    set: typeof set,
    value: typeof value === "function" ? `${value.name}/${value.length}` : String(value),
    enumerable,
    configurable,
    writable,
  });
}

export default {
  "the class": (play) => {
    const { EventSource } = play;
    play.tries("name", () => EventSource.name);
    play.tries("length", () => EventSource.length);
    play.tries("typeof", () => typeof EventSource);
    play.tries("inherits", () => Object.getPrototypeOf(EventSource) === EventTarget);
    play.tries("prototype inherits", () => Object.getPrototypeOf(EventSource.prototype) === EventTarget.prototype);
    play.tries("prototype", () => shape(EventSource, "prototype"));
    play.tries("constructor", () => EventSource.prototype.constructor === EventSource);
    play.tries("tag", () => shape(EventSource.prototype, Symbol.toStringTag));
    play.tries("own", () => CONSTANTS.every((name) => Object.keys(EventSource).includes(name)));
  },

  constants: (play) => {
    const { EventSource } = play;
    for (const name of CONSTANTS) {
      play.tries(`EventSource.${name}`, () => shape(EventSource, name));
      play.tries(`prototype.${name}`, () => shape(EventSource.prototype, name));
      play.tries("set", () => {
        "use strict";
        EventSource[name] = 7;
      });
    }
  },

  properties: (play) => {
    for (const name of NAMES) play.tries(name, () => shape(play.EventSource.prototype, name));
    for (const name of NAMES.slice(0, 6)) play.tries(`${name} of another`, () => play.EventSource.prototype[name]);
    play.tries("close of another", () => play.EventSource.prototype.close.call({}));
    play.tries("in", () => {
      const listed = [];
      for (const name in play.EventSource.prototype) listed.push(name);
      return [...CONSTANTS, ...NAMES].filter((name) => !listed.includes(name)).join();
    });
  },

  "an instance": async (play) => {
    const path = await play.stream(sending(END));
    const source = play.open(path);
    play.tries("text", () => String(source));
    play.tries("instanceof", () => source instanceof play.EventSource && source instanceof EventTarget);
    play.tries("own", () => Reflect.ownKeys(source).length);
    for (const name of CONSTANTS) play.tries(name, () => source[name]);
    play.tries("JSON", () => JSON.stringify(source));
    for (const name of ["url", "withCredentials", "readyState"]) {
      play.tries(`set ${name}`, () => {
        "use strict";
        source[name] = 7;
      });
    }
    play.tries("close", () => source.close());
  },

  "without arguments": (play) => {
    play.tries("new", () => new play.EventSource());
    play.tries("call", () => play.EventSource("/"));
    play.tries("call without", () => play.EventSource());
  },

  URLs: (play) => {
    const url = (url) =>
      play.tries(JSON.stringify(url), () => {
        const source = play.open(url);
        source.close();
        return source.url;
      });
    for (const text of ["http://", "http://a b/", "//", "http://[::1", "http://:0/", "http://x:99999/"]) url(text);
    for (const text of ["", "#x", "?x", "x", "./x", "../x", "/x", "//x.invalid/y", "/a/../b", " /x ", "/\tx\n"]) url(text);
    for (const text of ["/é", "/?é", "/#é", "/ x", "/%zz", "/\ud800", "/?a=b&c=d#e", "\\x"]) url(text);
    url(new URL("/object?x#y", location.href));
    url({ toString: () => "/to-string" });
    for (const value of [7, null, undefined, true]) url(value);
    play.tries("symbol", () => play.open(Symbol.iterator));
    play.tries("throwing", () =>
      play.open({
        toString() {
          throw new RangeError();
        },
      }),
    );
  },

  "relative URLs": async (play) => {
    const path = await play.stream(sending("data: 1\n\n", END));
    const source = play.open(`../..${path}?x=y z#fragment`);
    play.tries("url", () => source.url);
    play.hear(source, "message");
    await play.next(source, "end");
    await play.served(path);
  },

  "relative URLs on a page with a base": (play) => {
    if (!globalThis.document) return play.record("a worker has none");
    const base = document.createElement("base");
    base.href = "/base/of/it";
    document.head.append(base);
    play.tries("url", () => play.open("x").url);
    base.remove();
    play.tries("without", () => play.open("x").url);
  },

  "URLs of other schemes": (play) => {
    for (const url of ["about:blank", "javascript:void 0", "mailto:x@y.invalid", "HTTPS://x.invalid"]) {
      play.tries(url, () => play.open(url).url);
    }
  },

  "a URL with a password": (play) => {
    play.tries("url", () => play.open("http://user:secret@127.0.0.1/x").url);
  },

  "a URL object": async (play) => {
    const path = await play.stream(sending("data: 1\n\n", END));
    const url = new URL(path, location.href);
    const source = play.open(url);
    url.pathname = "/nowhere";
    play.tries("url", () => source.url);
    play.hear(source, "message");
    await play.next(source, "end");
  },

  withCredentials: (play) => {
    for (const withCredentials of [undefined, null, false, true, 0, 1, "", "no", {}]) {
      const source = play.open("/x", { withCredentials });
      play.tries(String(withCredentials), () => source.withCredentials);
      source.close();
    }
  },

  options: (play) => {
    const make = (init) => () => {
      const source = play.watch(new play.EventSource("/x", init));
      source.close();
      return source.withCredentials;
    };
    for (const init of [undefined, null, {}, [], () => {}, { withCredentials: true }]) play.tries(typeof init, make(init));
    for (const init of [7, "text", true, Symbol.iterator]) play.tries(typeof init, make(init));
    play.tries(
      "a getter that throws",
      make({
        get withCredentials() {
          throw new RangeError();
        },
      }),
    );
    play.tries("inherited", make(Object.create({ withCredentials: true })));
    play.tries("not enumerable", make(Object.defineProperty({}, "withCredentials", { value: true })));
  },

  "unknown options": (play) => {
    play.tries("an unknown one", () => play.open("/x", { unknown: 1 }).readyState);
  },

  "in place of the browser's own": async (play) => {
    const path = await play.stream(sending("data: 1\n\n", END));
    const own = globalThis.EventSource;
    globalThis.EventSource = play.EventSource;
    const source = play.watch(new EventSource(path));
    play.tries("instanceof", () => source instanceof EventSource);
    globalThis.EventSource = own;
    source.onmessage = play.listener(source, "onmessage");
    play.hear(source, "open", "end");
    await play.next(source, "end");
    await play.served(path);
  },

  "a class of one's own on top of it": async (play) => {
    const path = await play.stream(sending("data: 1\n\n", END));
    class Mine extends play.EventSource {
      constructor(url) {
        super(url);
        this.addEventListener("message", play.listener(this, "in the constructor"));
      }
      get url() {
        return `mine: ${super.url}`;
      }
    }
    const source = play.watch(new Mine(path));
    play.tries("url", () => source.url);
    play.tries("text", () => String(source));
    play.tries("instanceof", () => source instanceof play.EventSource);
    await play.next(source, "end");
  },
};
