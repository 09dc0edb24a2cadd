// A Worker that listens to a stream, or parses it, and answers with what it has heard.

import { EventSource } from "typed-eventsource";
import { EventStreamParser, EventStreamParserStream } from "typed-eventsource/parser";
import { resilientFetch } from "typed-eventsource/resilient-fetch";

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    const url = searchParams.get("stream");
    const heard = { "/listen": listen, "/bound": listen, "/parse": parse, "/pipe": pipe, "/mend": mend }[pathname](
      url,
      // A service binding is called by its own `fetch`.
      pathname === "/bound" ? (url, init) => env.FEED.fetch(url, init) : undefined,
    );
    return Response.json(await heard);
  },
};

async function listen(url, fetch) {
  const heard = [];
  const source = new EventSource(url, {
    transport: "fetch",
    fetch,
    method: "POST",
    body: "{}",
    headers: { "X-Asked": "1" },
    terminalEvent: "bye",
  });
  source.on("price", ({ data }) => heard.push(data));
  source.onError(({ message }) => heard.push(message));
  const { type } = await source.closed;
  return [...heard, type];
}

const valueOf = ({ type, data }) => (type === "price" ? Number(data) : type);

const ask = (url, fetch = globalThis.fetch) => fetch(url, { method: "POST", body: "{}", headers: { "X-Asked": "1" } });

/** What the parser finds in the body of a `fetch` that survives. */
const mend = (url) => parse(url, resilientFetch({ terminalEvent: "bye" }));

async function parse(url, fetch) {
  const { body } = await ask(url, fetch);
  const parser = new EventStreamParser();
  const reader = body.getReader();
  const heard = [];
  for (let result; !(result = await reader.read()).done;) heard.push(...parser.parse(result.value).map(valueOf));
  parser.end();
  return heard;
}

async function pipe(url) {
  const { body } = await ask(url);
  const heard = [];
  for await (const event of body.pipeThrough(new EventStreamParserStream())) heard.push(valueOf(event));
  return heard;
}
