// Which listeners hear an event.

import { END, plays, send, sending } from "../play.js";

const NAMES = ["open", "message", "error", "end", "a", "b", "Message", " a", "a ", "é", "日本", "🦀", "a:b", "close"];
const OBJECT = ["__proto__", "constructor", "toString", "hasOwnProperty", "on", "onmessage", "addEventListener"];

/** A scenario that records the events of these names. */
const hears = (text, names = NAMES) => plays([sending(text, END)], ["open", "end", ...names]);

export default {
  "any other": hears("event: a\ndata: 1\n\n"),
  none: hears("data: 1\n\nevent:\ndata: 2\n\nevent\ndata: 3\n\n"),
  message: hears("event: message\ndata: 1\n\n"),
  "the last of several": hears("event: a\nevent: b\ndata: 1\n\nevent: a\nevent\ndata: 2\n\n"),
  "only for this event": hears("event: a\ndata: 1\n\ndata: 2\n\nevent: b\n\ndata: 3\n\n"),
  "after the data": hears("data: 1\nevent: a\n\n"),
  exactly: hears("event:  a\ndata: 1\n\nevent: a \ndata: 2\n\nevent: Message\ndata: 3\n\nevent: a:b\ndata: 4\n\n"),
  "beyond ASCII": hears("event: é\ndata: 1\n\nevent: 日本\ndata: 2\n\nevent: 🦀\ndata: 3\n\n"),
  "those of properties": hears(OBJECT.map((name) => `event: ${name}\ndata: 1\n\n`).join(""), OBJECT),
  "open, error and close from the server": hears("event: open\ndata: 1\n\nevent: error\ndata: 2\n\nevent: close\ndata: 3\n\n"),
  "open, error and close without data": hears("event: open\n\nevent: error\n\nevent: close\n\ndata: 1\n\n"),
  "one that nobody listens to": hears("event: nobody\ndata: x\n\ndata: 1\n\n"),
  "an empty one": hears("event:\ndata: 1\n\ndata: 2\n\n", [""]),
  "one with a line end": hears("event: a\nb\ndata: 1\n\n", ["a\nb", "a"]),

  "attributes hear open, error and message from the server too": async (play) => {
    const path = await play.stream(sending("event: open\ndata: 1\n\nevent: error\ndata: 2\n\nevent: message\ndata: 3\n\n", END));
    const source = play.open(path);
    for (const name of ["open", "error", "message", "end"]) source[`on${name}`] = play.listener(source, `on${name}`);
    await play.next(source, "end");
  },

  "a name that is no string": async (play) => {
    const path = await play.stream({ steps: [send("event: 7\ndata: 1\n\nevent: null\ndata: 2\n\n"), send(END), "silence"] });
    const source = play.open(path);
    play.recordEvents(source, 7, null, undefined);
    await play.next(source, "end");
  },
};
