// The package in Node.js, where a server that renders pages imports it and hardly ever opens a source.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

const globals = Object.getOwnPropertyNames(globalThis);
const compile = WebAssembly.Module;
let compiled = 0;
WebAssembly.Module = class extends compile {
  constructor(bytes) {
    super(bytes);
    compiled += 1;
  }
};
const { default: init, EventSource, init: named } = await import("typed-eventsource");

test("the import adds no global, needs no window and starts nothing", () => {
  assert.deepEqual(Object.getOwnPropertyNames(globalThis), globals);
  assert.equal("window" in globalThis, false);
  assert.equal(named, init);
  assert.equal(compiled, 0);
});

test("the first source starts the engine, and events come by fetch", async (t) => {
  const server = createServer((_, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.end("event: price\ndata: 1.5\n\nevent: bye\ndata: null\n\n");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const source = new EventSource(`http://127.0.0.1:${server.address().port}/`, { transport: "fetch", terminalEvent: "bye" });
  assert.equal(compiled, 1);
  const prices = [];
  for await (const { data } of source.events("price")) prices.push(data);
  assert.deepEqual(prices, [1.5]);
  assert.deepEqual(await source.closed, { type: "finished" });
  await init();
  assert.equal(compiled, 1);
});

test("without a browser, the browser's own transport is unsupported", () => {
  if ("EventSource" in globalThis) return;
  assert.throws(() => new EventSource("http://127.0.0.1/"), { name: "EventSourceError", code: "unsupported" });
});
