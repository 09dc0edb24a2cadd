// Which listeners are called, in which order, and with what.

import { END, sending } from "../play.js";

/** Opens a source of a stream, by default with two messages and the events `a`, `b` and `end`. */
async function opened(play, text = "data: 1\n\ndata: 2\n\nevent: a\ndata: 3\n\nevent: b\ndata: 4\n\n") {
  return play.open(await play.stream(sending(text, END)));
}

const scenario = (listen, text) => async (play) => {
  const source = await opened(play, text);
  const end = play.next(source, "end");
  const hear = (label, then) => play.listener(source, label, then);
  await listen({ play, source, hear });
  await end;
};

export default {
  "in the order in which they were added": scenario(({ source, hear }) => {
    source.addEventListener("message", hear("first"));
    source.onmessage = hear("onmessage");
    source.addEventListener("message", { handleEvent: hear("object") });
    source.addEventListener("message", hear("last"));
  }),

  "an attribute that is exchanged keeps its place": scenario(({ source, hear }) => {
    source.onmessage = hear("x");
    source.addEventListener("message", hear("second"));
    source.onmessage = hear("onmessage");
  }),

  "an attribute that was null takes another place": scenario(({ source, hear }) => {
    source.onmessage = hear("x");
    source.addEventListener("message", hear("listener"));
    source.onmessage = null;
    source.onmessage = hear("onmessage");
  }),

  "an attribute that is null is not called": scenario(({ source, hear }) => {
    source.onmessage = hear("x");
    source.onmessage = null;
    source.addEventListener("message", hear("listener"));
  }),

  "attributes that are no functions": scenario(({ play, source, hear }) => {
    source.addEventListener("message", hear("listener"));
    const object = { handleEvent: hear("x") };
    for (const value of [undefined, null, 7, "text", true, Symbol.iterator]) {
      source.onmessage = hear("x");
      source.onmessage = value;
      play.recordResult(typeof value, () => source.onmessage);
    }
    source.onmessage = object;
    play.recordResult("object", () => source.onmessage === object);
  }),

  "an attribute that becomes a function again": scenario(({ source, hear }) => {
    source.onmessage = {};
    source.addEventListener("message", hear("listener"));
    source.onmessage = hear("onmessage");
  }),

  "each attribute": scenario(({ play, source, hear }) => {
    for (const name of ["onopen", "onmessage", "onerror"]) {
      play.recordResult(name, () => source[name]);
      const handler = hear(name);
      source[name] = handler;
      play.recordResult(name, () => source[name] === handler);
    }
  }),

  "an attribute that sets itself to null": scenario(({ source, hear }) => {
    source.onmessage = hear("onmessage", () => {
      source.onmessage = null;
    });
    source.addEventListener("message", hear("listener"));
  }),

  "an attribute that a listener before it exchanges": scenario(({ source, hear }) => {
    source.addEventListener("message", () => {
      source.onmessage = hear("new");
    });
    source.onmessage = hear("old");
  }),

  "an attribute that a listener before it takes away": scenario(({ source, hear }) => {
    source.addEventListener(
      "message",
      hear("listener", () => {
        source.onmessage = null;
      }),
    );
    source.onmessage = hear("onmessage");
  }),

  "the same function twice": scenario(({ source, hear }) => {
    const listener = hear("once");
    source.addEventListener("message", listener);
    source.addEventListener("message", listener);
    source.addEventListener("message", listener, { passive: true });
  }),

  "the same function capturing and not": scenario(({ source, hear }) => {
    const listener = hear("twice");
    source.addEventListener("message", listener);
    source.addEventListener("message", listener, true);
  }),

  "the same function in different roles": scenario(({ source, hear }) => {
    const listener = hear("twice");
    source.addEventListener("message", listener);
    source.onmessage = listener;
  }),

  "capturing ones come first": scenario(({ source, hear }) => {
    source.addEventListener("message", hear("not capturing"));
    source.addEventListener("message", hear("capturing"), { capture: true });
    source.addEventListener("message", hear("capturing too"), true);
  }),

  once: scenario(({ source, hear }) => {
    source.addEventListener("message", hear("once"), { once: true });
    source.addEventListener("message", hear("always"));
  }),

  "with a signal": scenario(({ source, hear }) => {
    const controller = new AbortController();
    source.addEventListener(
      "message",
      hear("until then", () => controller.abort()),
      { signal: controller.signal },
    );
    source.addEventListener("message", hear("x"), { signal: AbortSignal.abort() });
    source.addEventListener("message", hear("always"));
  }),

  removed: scenario(({ source, hear }) => {
    const listener = hear("x");
    const captures = hear("capturing stays");
    source.addEventListener("message", listener);
    source.removeEventListener("message", listener);
    source.addEventListener("message", captures, true);
    source.removeEventListener("message", captures);
    source.removeEventListener("message", hear("unknown"));
    source.removeEventListener("message", null);
  }),

  "removed by one before it": scenario(({ source, hear }) => {
    const later = hear("x");
    source.addEventListener(
      "message",
      hear("first", () => source.removeEventListener("message", later)),
    );
    source.addEventListener("message", later);
    source.addEventListener("message", hear("last"));
  }),

  "one that removes itself": scenario(({ source, hear }) => {
    const listener = hear("once", () => source.removeEventListener("message", listener));
    source.addEventListener("message", listener);
    source.addEventListener("message", hear("always"));
  }),

  "added by another for the same event": scenario(({ source, hear }) => {
    const later = hear("from the next one on");
    source.addEventListener(
      "message",
      hear("first", () => source.addEventListener("message", later)),
    );
  }),

  "added for a name later in the same chunk": scenario(({ source, hear }) => {
    source.addEventListener(
      "message",
      hear("first", () => {
        source.addEventListener(
          "a",
          hear("a", () => source.addEventListener("b", hear("b"))),
        );
      }),
      { once: true },
    );
  }),

  "removed for a name later in the same chunk": scenario(({ source, hear }) => {
    const a = hear("x");
    source.addEventListener("a", a);
    source.addEventListener(
      "message",
      hear("first", () => source.removeEventListener("a", a)),
    );
    source.addEventListener("b", hear("b"));
  }),

  "added long after the start": async (play) => {
    const path = await play.stream({
      steps: [{ send: "data: x\n\n" }, "wait", { send: `data: 1\n\nevent: a\ndata: 2\n\n${END}` }, "silence"],
    });
    const source = play.open(path);
    await play.next(source, "open");
    await play.waitForLateEvents();
    play.recordEvents(source, "message", "a");
    const end = play.next(source, "end");
    await play.release(path);
    await end;
  },

  "added in a promise after the event before": scenario(({ source, hear }) => {
    source.addEventListener(
      "message",
      hear("first", async () => {
        await null;
        source.addEventListener("a", hear("a"));
      }),
      { once: true },
    );
  }),

  "handleEvent is looked up at each event": scenario(({ play, source, hear }) => {
    const object = {
      get handleEvent() {
        play.record("looked up");
        return hear("object");
      },
    };
    source.addEventListener("message", object);
  }),

  "the `this` of handleEvent is its object": scenario(({ play, source }) => {
    const object = {
      handleEvent() {
        play.record(`this is the object: ${this === object}`);
      },
    };
    source.addEventListener("message", object);
  }),

  "stopping at once": scenario(({ source, hear }) => {
    source.addEventListener(
      "message",
      hear("stops", (event) => event.stopImmediatePropagation()),
    );
    source.addEventListener("message", hear("x"));
    source.onmessage = hear("x");
  }),

  "stopping the way up stops nobody here": scenario(({ source, hear }) => {
    source.addEventListener(
      "message",
      hear("stops", (event) => event.stopPropagation()),
    );
    source.addEventListener("message", hear("goes on"));
  }),

  "what returns false": scenario(({ play, source, hear }) => {
    source.onmessage = hear("onmessage", () => false);
    source.addEventListener("message", (event) => play.record(`prevented: ${event.defaultPrevented}`));
  }),

  "exceptions stop nobody else": scenario(({ play, source, hear }) => {
    const fails = (message) => () => {
      throw play.exception(message);
    };
    source.addEventListener("open", hear("opened", fails("in open")));
    source.addEventListener("message", hear("first", fails("in a listener")));
    source.onmessage = hear("onmessage", fails("in an attribute"));
    source.addEventListener("message", { handleEvent: hear("object", fails("in an object")) });
    source.addEventListener("message", {
      get handleEvent() {
        throw play.exception("in a getter");
      },
    });
    source.addEventListener("message", hear("last"));
    source.addEventListener("a", hear("a"));
  }),

  "events of the page's own": scenario(async ({ play, source, hear }) => {
    source.onmessage = hear("onmessage");
    source.addEventListener("own", hear("own"));
    source.addEventListener("open", hear("open"));
    play.recordResult("own", () => source.dispatchEvent(new Event("own")));
    play.recordResult("message", () => source.dispatchEvent(new MessageEvent("message", { data: "mine" })));
    play.recordResult("open", () => source.dispatchEvent(new Event("open", { cancelable: true })));
  }),

  "what an event is": scenario(({ play, source }) => {
    for (const name of ["open", "message"]) {
      source.addEventListener(
        name,
        (event) => {
          const { bubbles, cancelable, composed, defaultPrevented, eventPhase, isTrusted } = event;
          play.record(JSON.stringify({ bubbles, cancelable, composed, defaultPrevented, eventPhase }));
          play.record(`isTrusted: ${isTrusted}`);
          play.record(`path: ${event.composedPath().map((target) => target === source)}`);
          play.record(`${event}, of ${Object.getPrototypeOf(event) === globalThis[event.constructor.name].prototype}`);
          play.record(`ports: ${event.ports?.length}, source: ${event.source}`);
          // "the properties of the open event" has the response.
          play.record(`own: ${Object.keys(event).filter((name) => name !== "response")}`);
        },
        { once: true },
      );
    }
  }),

  "an event after its time": scenario(
    ({ play, source }) =>
      new Promise((resolve) => {
        source.addEventListener(
          "message",
          async (event) => {
            await play.waitForLateEvents();
            play.record(`target: ${event.target === source}, currentTarget: ${event.currentTarget}, phase: ${event.eventPhase}`);
            resolve();
          },
          { once: true },
        );
      }),
  ),

  "null for a listener": scenario(({ play, source }) => {
    play.recordResult("null", () => source.addEventListener("message", null));
    play.recordResult("undefined", () => source.addEventListener("message", undefined));
    play.recordResult("a number", () => source.addEventListener("message", 7));
    play.recordResult("nothing", () => source.addEventListener("message"));
    play.recordResult("nothing at all", () => source.addEventListener());
    play.recordResult("removing nothing", () => source.removeEventListener("message"));
    play.recordResult("a symbol for a name", () => source.addEventListener(Symbol.iterator, () => {}));
  }),

  "by EventTarget's own method": scenario(({ source, hear }) => {
    EventTarget.prototype.addEventListener.call(source, "open", hear("open"));
    EventTarget.prototype.addEventListener.call(source, "message", hear("x"));
  }),
};
