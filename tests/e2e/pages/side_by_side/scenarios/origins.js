// Other origins, and credentials.

import { END, ending, sending } from "../play.js";

/** A scenario with a stream at another origin that has these CORS headers. */
const readsAcrossOrigins = (cors, init) => async (play) => {
  await giveCookie(play);
  const path = await play.stream({ ...sending("data: 1\n\n", END), cors });
  const source = play.open(play.atSecondOrigin(path), init);
  play.recordEvents(source, "open", "message", "error", "end");
  await Promise.race([play.untilOver(source), play.next(source, "error")]);
  source.close();
  await play.recordRequests(path);
};

/** A cookie belongs to a host on all ports, and so to both origins. */
async function giveCookie(play) {
  const path = await play.stream({ headers: [["set-cookie", "side=by-side; Path=/; SameSite=Lax"]], steps: ["end"] });
  await (await fetch(path)).text();
}

export default {
  "one that allows it": readsAcrossOrigins("credentials"),
  "one that allows anybody": readsAcrossOrigins("any"),
  "one that allows nobody": readsAcrossOrigins("none"),
  "one that allows it, with credentials": readsAcrossOrigins("credentials", { withCredentials: true }),
  "one that allows anybody, with credentials": readsAcrossOrigins("any", { withCredentials: true }),
  "one that allows nobody, with credentials": readsAcrossOrigins("none", { withCredentials: true }),

  "the page's own origin gets credentials either way": async (play) => {
    await giveCookie(play);
    const path = await play.stream(sending(END));
    for (const withCredentials of [false, true]) {
      const source = play.open(path, { withCredentials });
      await play.next(source, "end");
      source.close();
    }
    await play.recordRequests(path, 2);
  },

  "a reconnection": async (play) => {
    const path = await play.stream(ending("data: 1\n\n"), sending(END));
    const source = play.open(play.atSecondOrigin(path));
    play.recordEvents(source, "open", "message", "error", "end");
    await play.untilOver(source);
    source.close();
    await play.recordRequests(path, 2);
  },

  "a reconnection with an id": async (play) => {
    const path = await play.stream(ending("id: 7\ndata: 1\n\n"), sending(END));
    const source = play.open(play.atSecondOrigin(path));
    play.recordEvents(source, "open", "message", "error", "end");
    await play.untilOver(source);
    source.close();
    await play.recordRequests(path, 2);
  },
};
