import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { EventStreamParser, EventStreamParserStream } from "typed-eventsource/parser";

const bytes = new TextEncoder().encode("id: 1\nevent: price\ndata: 1.5\n\ndata: cut");
const price = { type: "price", data: "1.5", lastEventId: "1" };
const cut = { type: "message", data: "cut", lastEventId: "1" };

test("the parser needs nothing of the rest of the package", async () => {
  const parser = new EventStreamParser();
  assert.deepEqual(parser.parse(bytes), [price]);
  assert.deepEqual(parser.end(), cut);
  const source = await readFile(new URL(import.meta.resolve("typed-eventsource/parser")), "utf8");
  assert.doesNotMatch(source, /^import /m);
});

test("the parser is a transform stream, too", async () => {
  const stream = new EventStreamParserStream();
  const events = [];
  for await (const event of new Blob([bytes]).stream().pipeThrough(stream)) events.push(event);
  assert.deepEqual(events, [price]);
  assert.deepEqual(stream.unfinished, cut);
});
