// Server-sent events with Node's own http, for the pages of another origin.

import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const PARAGRAPH = [
  "A server has something to say, and says it as it comes.",
  "What it says is text: a few lines for each event, and an empty one.",
  "The connection stays open, and the page shows each sentence at once.",
  "When all is said, the server says that too.",
];

/** The origins whose pages may read the responses. */
const ORIGINS = new Set((process.env.ORIGINS ?? "").split(" "));

/** Sets the CORS headers, without which a page of another origin cannot read the response. */
function setCorsHeaders(request, response) {
  const { origin } = request.headers;
  response.setHeader("Vary", "Origin");
  if (!ORIGINS.has(origin)) return;
  response.setHeader("Access-Control-Allow-Origin", origin); // with credentials it must not be `*`
  response.setHeader("Access-Control-Allow-Credentials", "true");
  response.setHeader("Access-Control-Allow-Headers", "Last-Event-ID"); // which a client over fetch sends
}

function openStream(response) {
  response.writeHead(200, {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no", // nginx passes on each event at once
  });
}

/** Sends a sentence with each event, and hangs up halfway: a client that reconnects continues after its Last-Event-ID. */
async function events(request, response) {
  openStream(response);
  response.write("retry: 200\n\n");
  const lastReceived = Number(request.headers["last-event-id"] ?? 0);
  const lastToSend = lastReceived < 2 ? 2 : PARAGRAPH.length;
  for (let id = lastReceived + 1; id <= lastToSend && !response.destroyed; id += 1) {
    response.write(`id: ${id}\ndata: ${PARAGRAPH[id - 1]}\n\n`);
    await sleep(300);
  }
  response.end(lastToSend === PARAGRAPH.length ? "event: done\ndata: that was all\n\n" : undefined);
}

const sessions = new Set();
const openStreams = new Set();

function login(response) {
  const session = randomUUID();
  sessions.add(session);
  response.setHeader("Set-Cookie", `session=${session}; HttpOnly; SameSite=Lax; Path=/`);
  response.writeHead(204).end();
}

/** A stream for clients that are logged in. */
function letters(request, response) {
  const session = /session=([^;]+)/.exec(request.headers.cookie ?? "")?.[1];
  if (!sessions.has(session)) {
    response.writeHead(401).end("log in first\n");
    return;
  }
  openStream(response);
  response.write('event: letter\ndata: {"text":"for you alone"}\n\n');
  openStreams.add(response);
  response.on("close", () => openStreams.delete(response));
}

// A heartbeat, so that no proxy on the way takes silence for the end.
setInterval(() => {
  for (const response of openStreams) response.write(": still here\n\n");
}, 15_000).unref();

const server = createServer((request, response) => {
  setCorsHeaders(request, response);
  if (request.method === "OPTIONS") response.writeHead(204).end();
  else if (request.url === "/events") events(request, response);
  else if (request.url === "/login") login(response);
  else if (request.url === "/letters") letters(request, response);
  else response.writeHead(404).end();
});

server.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
