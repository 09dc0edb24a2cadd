// The parser alone: what goes in and what comes out.

import { EventStreamParser, EventStreamParserStream, type ParsedEvent } from "typed-eventsource/parser";

import { type Equal, expect } from "./equal.js";

const parser = new EventStreamParser({ lastEventId: "7", maxEventSize: 1024 });
expect<Equal<ReturnType<typeof parser.parse>, ParsedEvent[]>>();
expect<Equal<ReturnType<typeof parser.end>, ParsedEvent | undefined>>();
expect<Equal<[typeof parser.lastEventId, typeof parser.reconnectionTime], [string, number | undefined]>>();
parser.parse(new Uint8Array(4));
// @ts-expect-error A text is no chunk.
parser.parse("data: 1");
// @ts-expect-error There is no such option.
new EventStreamParser({ lastEventID: "7" });
// @ts-expect-error It is the stream's to say.
parser.lastEventId = "8";

export function events(response: Response) {
  const stream = new EventStreamParserStream();
  expect<Equal<typeof stream.parser, EventStreamParser>>();
  const events = response.body?.pipeThrough(stream);
  expect<Equal<typeof events, ReadableStream<ParsedEvent> | undefined>>();
  return events;
}
