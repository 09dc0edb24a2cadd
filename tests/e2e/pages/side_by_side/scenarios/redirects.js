// Redirects.

import { END, ending, plays, sending } from "../play.js";

/** A scenario that records the origin of events and the requests, after a redirect and after a lost connection. */
const redirects =
  (status, place = (play, path) => path) =>
  async (play) => {
    const target = await play.stream(ending("id: 1\ndata: 1\n\n"), sending("data: 2\n\n", END));
    const path = await play.stream({ status, headers: [["location", place(play, target)]] });
    const source = play.open(path);
    play.recordEvents(source, "open", "message", "error", "end");
    await play.untilOver(source);
    source.close();
    play.record(`url: ${source.url}`);
    await play.recordRequests(path);
    await play.recordRequests(target);
  };

const atSecondOrigin = (play, path) => play.atSecondOrigin(path);

export default {
  ...Object.fromEntries([301, 302, 303, 307, 308].map((number) => [`redirect ${number}`, redirects(number)])),
  "redirect to another origin": redirects(302, atSecondOrigin),
  "permanent redirect to another origin": redirects(301, atSecondOrigin),

  "redirect to an error": async (play) => {
    const target = await play.stream({ status: 404 });
    const source = play.open(await play.stream({ status: 302, headers: [["location", target]] }));
    play.recordEvents(source, "open", "error");
    await play.untilOver(source);
  },

  "redirect to nowhere": plays([{ status: 302 }]),
};
