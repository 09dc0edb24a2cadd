// The parser alone, on a response.

import { expect, test } from "vitest";
import { EventStreamParserStream, type ParsedEvent } from "typed-eventsource/parser";
import { play } from "../support/streams.ts";

test("the parser transforms the body of a response", async () => {
  const url = await play({
    steps: [{ send: "id: 1\nevent: price\ndata: 1.5 €\n\nda" }, { send: "ta: 2\n\ndata: cut" }, "end"],
  });
  const stream = new EventStreamParserStream();
  const events: ParsedEvent[] = [];
  const reader = (await fetch(url)).body!.pipeThrough(stream).getReader();
  for (let item = await reader.read(); !item.done; item = await reader.read()) events.push(item.value);
  expect(events).toEqual([
    { type: "price", data: "1.5 €", lastEventId: "1" },
    { type: "message", data: "2", lastEventId: "1" },
  ]);
  expect(stream.unfinished).toEqual({ type: "message", data: "cut", lastEventId: "1" });
});
