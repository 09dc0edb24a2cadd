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
    play.recordResult("name", () => EventSource.name);
    play.recordResult("length", () => EventSource.length);
    play.recordResult("typeof", () => typeof EventSource);
    play.recordResult("inherits", () => Object.getPrototypeOf(EventSource) === EventTarget);
    play.recordResult("prototype inherits", () => Object.getPrototypeOf(EventSource.prototype) === EventTarget.prototype);
    play.recordResult("prototype", () => shape(EventSource, "prototype"));
    play.recordResult("constructor", () => EventSource.prototype.constructor === EventSource);
    play.recordResult("tag", () => shape(EventSource.prototype, Symbol.toStringTag));
    play.recordResult("own", () => CONSTANTS.every((name) => Object.keys(EventSource).includes(name)));
  },

  constants: (play) => {
    const { EventSource } = play;
    for (const name of CONSTANTS) {
      play.recordResult(`EventSource.${name}`, () => shape(EventSource, name));
      play.recordResult(`prototype.${name}`, () => shape(EventSource.prototype, name));
      play.recordResult("set", () => {
        "use strict";
        EventSource[name] = 7;
      });
    }
  },

  properties: (play) => {
    for (const name of NAMES) play.recordResult(name, () => shape(play.EventSource.prototype, name));
    for (const name of NAMES.slice(0, 6)) play.recordResult(`${name} of another`, () => play.EventSource.prototype[name]);
    play.recordResult("close of another", () => play.EventSource.prototype.close.call({}));
    play.recordResult("in", () => {
      const listed = [];
      for (const name in play.EventSource.prototype) listed.push(name);
      return [...CONSTANTS, ...NAMES].filter((name) => !listed.includes(name)).join();
    });
  },

  "an instance": async (play) => {
    const path = await play.stream(sending(END));
    const source = play.open(path);
    play.recordResult("text", () => String(source));
    play.recordResult("instanceof", () => source instanceof play.EventSource && source instanceof EventTarget);
    play.recordResult("own", () => Reflect.ownKeys(source).length);
    for (const name of CONSTANTS) play.recordResult(name, () => source[name]);
    play.recordResult("JSON", () => JSON.stringify(source));
    for (const name of ["url", "withCredentials", "readyState"]) {
      play.recordResult(`set ${name}`, () => {
        "use strict";
        source[name] = 7;
      });
    }
    play.recordResult("close", () => source.close());
  },

  "without arguments": (play) => {
    play.recordResult("new", () => new play.EventSource());
    play.recordResult("call", () => play.EventSource("/"));
    play.recordResult("call without", () => play.EventSource());
  },

  URLs: (play) => {
    const url = (url) =>
      play.recordResult(JSON.stringify(url), () => {
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
    play.recordResult("symbol", () => play.open(Symbol.iterator));
    play.recordResult("throwing", () =>
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
    play.recordResult("url", () => source.url);
    play.recordEvents(source, "message");
    await play.next(source, "end");
    await play.recordRequests(path);
  },

  "relative URLs on a page with a base": (play) => {
    if (!globalThis.document) return play.record("a worker has none");
    const base = document.createElement("base");
    base.href = "/base/of/it";
    document.head.append(base);
    play.recordResult("url", () => play.open("x").url);
    base.remove();
    play.recordResult("without", () => play.open("x").url);
  },

  "URLs of other schemes": (play) => {
    for (const url of ["about:blank", "javascript:void 0", "mailto:x@y.invalid", "HTTPS://x.invalid"]) {
      play.recordResult(url, () => play.open(url).url);
    }
  },

  "a URL with a password": (play) => {
    play.recordResult("url", () => play.open("http://user:secret@127.0.0.1/x").url);
  },

  "a URL object": async (play) => {
    const path = await play.stream(sending("data: 1\n\n", END));
    const url = new URL(path, location.href);
    const source = play.open(url);
    url.pathname = "/nowhere";
    play.recordResult("url", () => source.url);
    play.recordEvents(source, "message");
    await play.next(source, "end");
  },

  withCredentials: (play) => {
    for (const withCredentials of [undefined, null, false, true, 0, 1, "", "no", {}]) {
      const source = play.open("/x", { withCredentials });
      play.recordResult(String(withCredentials), () => source.withCredentials);
      source.close();
    }
  },

  options: (play) => {
    const make = (init) => () => {
      const source = play.closeAtEnd(new play.EventSource("/x", init));
      source.close();
      return source.withCredentials;
    };
    for (const init of [undefined, null, {}, [], () => {}, { withCredentials: true }]) play.recordResult(typeof init, make(init));
    for (const init of [7, "text", true, Symbol.iterator]) play.recordResult(typeof init, make(init));
    play.recordResult(
      "a getter that throws",
      make({
        get withCredentials() {
          throw new RangeError();
        },
      }),
    );
    play.recordResult("inherited", make(Object.create({ withCredentials: true })));
    play.recordResult("not enumerable", make(Object.defineProperty({}, "withCredentials", { value: true })));
  },

  "unknown options": (play) => {
    play.recordResult("an unknown one", () => play.open("/x", { unknown: 1 }).readyState);
  },

  "in place of the browser's own": async (play) => {
    const path = await play.stream(sending("data: 1\n\n", END));
    const own = globalThis.EventSource;
    globalThis.EventSource = play.EventSource;
    const source = play.closeAtEnd(new EventSource(path));
    play.recordResult("instanceof", () => source instanceof EventSource);
    globalThis.EventSource = own;
    source.onmessage = play.listener(source, "onmessage");
    play.recordEvents(source, "open", "end");
    await play.next(source, "end");
    await play.recordRequests(path);
  },

  "a subclass": async (play) => {
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
    const source = play.closeAtEnd(new Mine(path));
    play.recordResult("url", () => source.url);
    play.recordResult("text", () => String(source));
    play.recordResult("instanceof", () => source instanceof play.EventSource);
    await play.next(source, "end");
  },
};
