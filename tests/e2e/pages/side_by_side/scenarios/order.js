// What happens between events.

import { END, ending, sending } from "../play.js";

/** Waits for a long chain of promises. */
async function later(what) {
  for (let depth = 0; depth < 100; depth += 1) await null;
  what();
}

export default {
  "promises settle before the next event": async (play) => {
    const path = await play.stream(sending("data: 1\n\ndata: 2\n\ndata: 3\n\n", END));
    const source = play.open(path);
    for (const name of ["open", "message", "end"]) {
      source.addEventListener(
        name,
        play.listener(source, "now", ({ data }) => later(() => play.record(`later: ${data}`))),
      );
    }
    await play.next(source, "end");
    await play.waitForLateEvents();
  },

  "promises settle before an event of another name": async (play) => {
    const path = await play.stream(sending("event: a\ndata: 1\n\nevent: b\ndata: 2\n\nevent: a\ndata: 3\n\n", END));
    const source = play.open(path);
    for (const name of ["a", "b"]) {
      source.addEventListener(
        name,
        play.listener(source, "now", ({ data }) => later(() => play.record(`later: ${data}`))),
      );
    }
    await play.next(source, "end");
  },

  "promises settle before the next event, far into a long chunk": async (play) => {
    const path = await play.stream(sending(Array.from({ length: 200 }, (_, number) => `data: ${number}\n\n`).join(""), END));
    const source = play.open(path);
    let open = 0;
    let most = 0;
    source.onmessage = () => {
      open += 1;
      most = Math.max(most, open);
      later(() => (open -= 1));
    };
    await play.next(source, "end");
    play.record(`at once: ${most}`);
  },

  "promises settle around a loss": async (play) => {
    const path = await play.stream(ending("data: 1\n\n"), sending("data: 2\n\n", END));
    const source = play.open(path);
    for (const name of ["open", "message", "error", "end"]) {
      source.addEventListener(
        name,
        play.listener(source, "now", ({ type }) => later(() => play.record(`later: ${type}`))),
      );
    }
    await play.next(source, "end");
    await play.waitForLateEvents();
  },

  queueMicrotask: async (play) => {
    const path = await play.stream(sending("data: 1\n\ndata: 2\n\n", END));
    const source = play.open(path);
    source.onmessage = play.listener(source, "now", () => queueMicrotask(() => play.record("later")));
    await play.next(source, "end");
  },

  "promises settle between two listeners of an event": async (play) => {
    const path = await play.stream(sending("data: 1\n\n", END));
    const source = play.open(path);
    source.addEventListener(
      "message",
      play.listener(source, "first", () => later(() => play.record("later"))),
    );
    source.addEventListener("message", play.listener(source, "second"));
    await play.next(source, "end");
  },

  "nothing is heard before the script has returned": async (play) => {
    const path = await play.stream(sending("data: 1\n\n", END));
    const source = play.open(path);
    const end = performance.now() + 50;
    while (performance.now() < end);
    play.recordEvents(source, "open", "message");
    await play.next(source, "end");
  },

  "a slow handler loses nothing": async (play) => {
    const path = await play.stream(sending("data: 1\n\ndata: 2\n\n", "data: 3\n\n", END));
    const source = play.open(path);
    source.onmessage = play.listener(source, "", () => {
      const end = performance.now() + 20;
      while (performance.now() < end);
    });
    await play.next(source, "end");
  },
};
