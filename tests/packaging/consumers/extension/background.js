// The background of an extension, a service worker. It tells the server what it has heard of its stream.

import init, { EventSource } from "./typed-eventsource/index.js";
import { origin } from "./origin.js";

async function listen() {
  await init();
  const heard = [];
  for (const transport of ["browser", "fetch"]) {
    const source = new EventSource(`${origin}/prices`, { transport, terminalEvent: "bye" });
    source.on("price", ({ data }) => heard.push(data));
    heard.push((await source.closed).type);
  }
  return heard;
}

listen()
  .catch(String)
  .then((heard) => fetch(`${origin}/heard`, { method: "POST", body: JSON.stringify(heard) }));
