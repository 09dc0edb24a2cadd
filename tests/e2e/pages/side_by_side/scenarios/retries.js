// The reconnection time that the server asks for.

import { END, send, sending } from "../play.js";

/** More than a day: a source that takes this time does not reconnect during the test. */
const LONG = "99999999";

/** A scenario that records that the source reconnects. It sends the long `retry` first: only a later field can shorten the time. */
const comesBack =
  (...texts) =>
  async (play) => {
    const path = await play.stream({ steps: [`retry: ${LONG}\n\n`, ...texts].map(send) }, sending(END));
    await play.untilOver(play.open(path));
    play.record("it comes back");
  };

export default {
  "a small time": comesBack("retry: 1\n\n"),
  zero: comesBack("retry: 0\n\n"),
  "with zeros in front": comesBack("retry: 0001\n\n"),
  "in an unfinished event": comesBack("retry: 1\ndata: x"),
  "the last one counts": comesBack("retry: 1\nretry: 20000000\nretry: 1\n\n"),
  "what is no number counts for nothing": comesBack(
    `retry: 1\nretry: x\nretry: ${LONG}x\nretry: -${LONG}\nretry: ${LONG}.5\nretry: +${LONG}\nretry:  ${LONG}\nretry: ９９９９９９９９\n\n`,
  ),

  "an empty one counts for nothing": async (play) => {
    const path = await play.stream({ steps: [send(`retry: ${LONG}\nretry:\nretry\n\n`)] }, sending(END));
    const source = play.open(path);
    play.untilOver(source).then(() => source.close());
    await play.seen(path, 1, 1);
    // If the source took the empty field for a time, it would reconnect before another source, which gets no `retry` and is lost
    // later, has reconnected three times.
    const other = await play.stream({ steps: [send(":\n")] });
    play.open(other);
    await play.seen(other, 4);
    const { attempts } = await play.seen(path, 1);
    play.record(`it comes back: ${attempts.length > 1}`);
  },
};
