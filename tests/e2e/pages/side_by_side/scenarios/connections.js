// Connections that are lost, and the ones after them.

import { END, ending, plays, send, sending } from "../play.js";

/** The wait before the second request is short, when a browser's own default would be seconds. */
const waitsShortly = (...texts) => async (play) => {
  const path = await play.stream({ steps: texts.map(send) }, sending(END));
  const source = play.open(path);
  await play.over(source);
  const { attempts: [first, second] } = await play.seen(path, 2);
  play.record(`short: ${second.opened_ms - first.closed_ms < 2500}`);
};

export default {
  "the server ends the stream": plays([ending("data: 1\n\n"), sending("data: 2\n\n", END)]),
  "the connection is reset": async (play) => {
    const path = await play.stream({ steps: [send("retry: 1\ndata: 1\n\ndata: x"), "wait", "reset"] }, sending("data: 2\n\n", END));
    const source = play.open(path);
    // A reset may overtake what has not been read yet.
    source.onmessage = () => play.release(path);
    play.hear(source, "open", "message", "error", "end");
    await play.over(source);
    await play.served(path, 2);
  },

  "an empty answer": plays([ending(""), sending(END)]),
  "several in a row": plays([ending(), ending("data: 1\n\n"), ending(), sending(END)]),
  "no answer to the second request": plays([ending("data: 1\n\n"), { steps: ["reset"] }, sending(END)]),
  "204 says stop": plays([ending("data: 1\n\n"), { status: 204 }]),
  "another status says stop": plays([ending("data: 1\n\n"), { status: 503 }]),
  "another content type says stop": plays([ending("data: 1\n\n"), { headers: [["content-type", "text/plain"]] }]),

  "retry: a small time": waitsShortly("retry: 1\n\n"),
  "retry: zero": waitsShortly("retry: 0\n\n"),
  "retry: with zeros in front": waitsShortly("retry: 0001\n\n"),
  "retry: in an unfinished event": waitsShortly("retry: 1\ndata: x"),
  "retry: the last one counts": waitsShortly("retry: 20000\nretry: 1\n\n"),
  "retry: what is no number counts for nothing": waitsShortly(
    "retry: 1\nretry: x\nretry: 90000x\nretry: -90000\nretry: 9000.5\nretry: +90000\nretry:  90000\nretry: ９００００\n\n",
  ),
  "retry: an empty one counts for nothing": waitsShortly("retry: 1\nretry:\nretry\n\n"),

  "readyState between connections": async (play) => {
    const path = await play.stream(ending("data: 1\n\n"), { before: ["wait"], ...sending(END) });
    const source = play.open(path);
    play.record(`at first: ${source.readyState}`);
    await play.next(source, "open");
    play.record(`open: ${source.readyState}`);
    await play.next(source, "error");
    play.record(`lost: ${source.readyState}`);
    await play.seen(path, 2);
    play.record(`asked again: ${source.readyState}`);
    const end = play.next(source, "end");
    await play.release(path);
    await end;
    play.record(`open again: ${source.readyState}`);
  },

  "listeners outlive connections": async (play) => {
    const path = await play.stream(ending("data: 1\n\nevent: a\ndata: 2\n\n"), sending("data: 3\n\nevent: a\ndata: 4\n\n", END));
    const source = play.open(path);
    source.onmessage = play.listener(source, "onmessage");
    source.addEventListener("error", () => source.addEventListener("a", play.listener(source, "late")));
    play.hear(source, "a");
    await play.next(source, "end");
  },
};
