// Nothing is heard after close().

import { END, ending, sending } from "../play.js";

const TEXT = "data: 1\n\ndata: 2\n\nevent: a\ndata: 3\n\n";

/** A scenario that closes the source at the first event of a name. */
const closedAt =
  (name, ...attempts) =>
  async (play) => {
    const path = await play.stream(...attempts);
    const source = play.open(path);
    source.addEventListener(name, () => {
      play.record("closing");
      source.close();
    });
    play.recordEvents(source, "open", "message", "error", "a");
    await play.next(source, name);
    await play.seen(path, 1, 1);
    await play.waitForLateEvents();
    play.record(`then it is at ${source.readyState}`);
    await play.recordRequests(path);
  };

export default {
  "in a message": closedAt("message", sending(TEXT)),
  "in open": closedAt("open", sending(TEXT)),
  "in an event that has a name": closedAt("a", sending(TEXT + TEXT)),
  "in error, before the next connection": closedAt("error", ending(TEXT)),
  "in error, once it is closed": closedAt("error", { status: 404 }),

  "at once": async (play) => {
    const source = play.open(await play.stream(sending(TEXT)));
    play.recordEvents(source, "open", "message", "error");
    play.recordResult("close", () => source.close());
    play.record(`at ${source.readyState}`);
    await play.waitForLateEvents();
    play.record(`then at ${source.readyState}`);
  },

  "before it is open": async (play) => {
    const path = await play.stream({ before: ["wait"], ...sending(TEXT) });
    const source = play.open(path);
    play.recordEvents(source, "open", "message", "error");
    await play.seen(path, 1);
    source.close();
    await play.release(path);
    await play.waitForLateEvents();
    play.record(`then at ${source.readyState}`);
  },

  "between connections": async (play) => {
    const path = await play.stream(ending("data: 1\n\n"), { before: ["wait"], ...sending(TEXT) });
    const source = play.open(path);
    play.recordEvents(source, "open", "message", "error");
    await play.seen(path, 2);
    source.close();
    await play.release(path);
    await play.waitForLateEvents();
    play.record(`then at ${source.readyState}`);
  },

  "from outside": async (play) => {
    const path = await play.stream({ steps: [{ send: "data: 1\n\n" }, "wait", { send: TEXT }, "silence"] });
    const source = play.open(path);
    play.recordEvents(source, "open", "message", "error");
    await play.next(source, "message");
    source.close();
    await play.release(path);
    await play.seen(path, 1, 1);
    await play.waitForLateEvents();
    play.record(`then at ${source.readyState}`);
  },

  "in a promise after a message": async (play) => {
    const path = await play.stream(sending(TEXT));
    const source = play.open(path);
    play.recordEvents(source, "message", "a");
    source.addEventListener("message", async () => {
      await null;
      source.close();
    });
    await play.next(source, "message");
    await play.seen(path, 1, 1);
    await play.waitForLateEvents();
  },

  "more than once": async (play) => {
    const source = play.open(await play.stream(sending(TEXT)));
    await play.next(source, "open");
    for (const label of ["first", "second"]) {
      play.recordResult(label, () => source.close());
      play.record(`at ${source.readyState}`);
    }
  },

  "other listeners of the same event still hear it": async (play) => {
    const source = play.open(await play.stream(sending(TEXT)));
    source.addEventListener(
      "message",
      play.listener(source, "closes", () => source.close()),
    );
    source.addEventListener("message", play.listener(source, "hears"));
    source.onmessage = play.listener(source, "onmessage");
    await play.next(source, "message");
    await play.waitForLateEvents();
  },

  "with an exception after it": async (play) => {
    const source = play.open(await play.stream(sending(TEXT)));
    source.onmessage = play.listener(source, "onmessage", () => {
      source.close();
      throw play.exception("after the close");
    });
    await play.next(source, "message");
    await play.waitForLateEvents();
  },

  "and another source in its place": async (play) => {
    const path = await play.stream(sending("data: another\n\n", END));
    const first = play.open(await play.stream(sending(TEXT)));
    const another = new Promise((resolve) => {
      first.onmessage = play.listener(first, "first", () => {
        first.close();
        const second = play.open(path);
        second.onmessage = play.listener(second, "second");
        resolve(play.next(second, "end"));
      });
    });
    await another;
  },

  "a closed source still has its attributes and listeners": async (play) => {
    const path = await play.stream(sending(TEXT));
    const source = play.open(path);
    source.close();
    play.recordResult("url", () => source.url);
    play.recordResult("withCredentials", () => source.withCredentials);
    play.recordResult("onmessage", () => (source.onmessage = null));
    play.recordEvents(source, "message", "open");
    source.dispatchEvent(new Event("open"));
    source.dispatchEvent(new MessageEvent("message", { data: "mine" }));
  },
};
