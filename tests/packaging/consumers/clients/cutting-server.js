// A server whose answers are cut, again and again, so that some answer is cut at each byte.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before } from "node:test";

const encoder = new TextEncoder();

/** How often the answer of one run is cut. */
const CUTS = 100;

/** How many runs there are at the same time. */
const AT_ONCE = 40;

/** The words of an answer, of which each has an event. */
export const WORDS = Array.from({ length: 200 }, (_, number) => `wörd ${number} `);
export const TEXT = WORDS.join("");

/** The answer to one question: whole events, and where it is cut. */
class Run {
  /** How many requests there were by each method. */
  requests = { GET: 0, POST: 0 };
  #bytes;
  #starts;
  /** Where its answers are still to be cut. */
  cuts;

  constructor(events, cuts) {
    this.#bytes = encoder.encode(events.join(""));
    this.#starts = [0];
    for (const event of events) this.#starts.push(this.#starts.at(-1) + encoder.encode(event).length);
    this.cuts = cuts;
  }

  /** Answers with the events from this one on, up to the next cut. */
  async answer(response, headers, from = 0) {
    const start = this.#starts[from];
    this.cuts = this.cuts.filter((cut) => cut > start);
    const cut = this.cuts.shift() ?? this.#bytes.length;
    response.writeHead(200, { "Content-Type": "text/event-stream", ...headers });
    await new Promise((resolve) => response.write(this.#bytes.subarray(start, cut), resolve));
    // Half of the cuts look like the end of a complete response.
    if (cut === this.#bytes.length || cut % 2) response.end();
    else response.socket.destroy();
  }
}

/**
 * Starts a server for the tests of a file. It passes each request of a run to `handle`, with the run's path and its body. Returns a
 * function that asks as many times as there have to be cuts, the first at the byte `first`: `ask` gets the URL of the run, and the run.
 */
export function cuttingServer(handle) {
  const runs = new Map();
  const server = createServer(async (request, response) => {
    const [, id, path = ""] = /^\/(\d+)(.*)$/.exec(request.url);
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const run = runs.get(id);
    run.requests[request.method] += 1;
    handle(run, { method: request.method, path, headers: request.headers, body: body && JSON.parse(body) }, response);
  });
  before(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  return async (events, ask, first = 1) => {
    const { length } = encoder.encode(events.join(""));
    const count = Math.ceil((length - first) / CUTS);
    const cutsOf = (number) => Array.from({ length: CUTS }, (_, cut) => first + number + cut * count).filter((cut) => cut < length);
    const numbers = Array.from({ length: count }, (_, number) => number);
    const work = async () => {
      for (let number = numbers.pop(); number !== undefined; number = numbers.pop()) {
        const run = new Run(events, cutsOf(number));
        runs.set(String(number), run);
        await ask(`http://127.0.0.1:${server.address().port}/${number}`, run);
        assert.equal(run.cuts.length, 0);
        runs.delete(String(number));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  };
}

/** An event with this JSON as its data. */
export const event = (data, fields = "") => `${fields}data: ${JSON.stringify(data)}\n\n`;

/** The shortest waits that there are, and an end if nothing arrives. */
export const QUICK = { backoff: { initial: 1, maxAttempts: 20 } };
