// Lost connections, and reconnections.

import { END, ending, plays, send, sending } from "../play.js";

export default {
  "the server ends the stream": plays([ending("data: 1\n\n"), sending("data: 2\n\n", END)]),
  "the connection is reset": async (play) => {
    const path = await play.stream({ steps: [send("retry: 1\ndata: 1\n\ndata: x"), "wait", "reset"] }, sending("data: 2\n\n", END));
    const source = play.open(path);
    // A reset may discard what has not been read yet.
    source.onmessage = () => play.release(path);
    play.recordEvents(source, "open", "message", "error", "end");
    await play.untilOver(source);
    await play.recordRequests(path, 2);
  },

  "an empty answer": plays([ending(""), sending(END)]),
  "several in a row": plays([ending(), ending("data: 1\n\n"), ending(), sending(END)]),
  "no answer to the second request": plays([ending("data: 1\n\n"), { steps: ["reset"] }, sending(END)]),
  "204 says stop": plays([ending("data: 1\n\n"), { status: 204 }]),
  "another status says stop": plays([ending("data: 1\n\n"), { status: 503 }]),
  "another content type says stop": plays([ending("data: 1\n\n"), { headers: [["content-type", "text/plain"]] }]),

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

  "each header of a request": async (play) => {
    const path = await play.stream(ending("id: 7\ndata: 1\n\n"), sending(END));
    const source = play.open(path);
    await play.untilOver(source);
    source.close();
    const { attempts } = await play.seen(path, 2);
    for (const { headers } of attempts) {
      play.record("request");
      for (const [name, value] of Object.entries(headers)) play.record(`${name}: ${value}`);
    }
  },

  "listeners outlive connections": async (play) => {
    const path = await play.stream(ending("data: 1\n\nevent: a\ndata: 2\n\n"), sending("data: 3\n\nevent: a\ndata: 4\n\n", END));
    const source = play.open(path);
    source.onmessage = play.listener(source, "onmessage");
    source.addEventListener("error", () => source.addEventListener("a", play.listener(source, "late")));
    play.recordEvents(source, "a");
    await play.next(source, "end");
  },
};
