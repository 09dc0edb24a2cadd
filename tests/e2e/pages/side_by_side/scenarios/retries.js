// How long the server wants to be left alone before the next connection.

import { END, send, sending } from "../play.js";

/** The wait before the second request is short, when a browser's own default would be seconds. */
const waitsShortly = (...texts) => async (play) => {
  const path = await play.stream({ steps: texts.map(send) }, sending(END));
  const source = play.open(path);
  await play.over(source);
  const { attempts: [first, second] } = await play.seen(path, 2);
  play.record(`short: ${second.opened_ms - first.closed_ms < 2500}`);
};

export default {
  "a small time": waitsShortly("retry: 1\n\n"),
  "zero": waitsShortly("retry: 0\n\n"),
  "with zeros in front": waitsShortly("retry: 0001\n\n"),
  "in an unfinished event": waitsShortly("retry: 1\ndata: x"),
  "the last one counts": waitsShortly("retry: 20000\nretry: 1\n\n"),
  "what is no number counts for nothing": waitsShortly(
    "retry: 1\nretry: x\nretry: 90000x\nretry: -90000\nretry: 9000.5\nretry: +90000\nretry:  90000\nretry: ９００００\n\n",
  ),
  "an empty one counts for nothing": waitsShortly("retry: 1\nretry:\nretry\n\n"),
};
