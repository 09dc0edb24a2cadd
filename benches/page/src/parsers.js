// The parsers alone, which get the bytes of a stream.
import { getLines, getMessages } from "@microsoft/fetch-event-source/lib/esm/parse.js";
import { createParser } from "eventsource-parser";
import { EventStreamParser } from "typed-eventsource/parser";
import { cut } from "./tiny-chunks.js";

/** Each parses all chunks and returns how long the data and the ids are in all. */
const parsers = {
  "eventsource-parser"(chunks) {
    let sum = 0;
    const onEvent = ({ data, id = "" }) => (sum += data.length + id.length);
    const decoder = new TextDecoder();
    const parser = createParser({ onEvent });
    for (const chunk of chunks) parser.feed(decoder.decode(chunk, { stream: true }));
    return sum;
  },
  "fetch-event-source"(chunks) {
    let sum = 0;
    const onEvent = ({ data, id }) => (sum += data.length + id.length);
    const parse = getLines(
      getMessages(
        () => {},
        () => {},
        onEvent,
      ),
    );
    for (const chunk of chunks) parse(chunk);
    return sum;
  },
  "ours-js"(chunks) {
    let sum = 0;
    const parser = new EventStreamParser();
    for (const chunk of chunks) for (const { data, lastEventId } of parser.parse(chunk)) sum += data.length + lastEventId.length;
    parser.end();
    return sum;
  },
};

/** Parses a text in chunks of so many bytes, again and again, for so many milliseconds. */
export function parse({ contender, text, chunk, busy }) {
  const chunks = cut(text, chunk);
  const length = chunks.reduce((sum, { length }) => sum + length, 0);
  const start = performance.now();
  for (let bytes = length; ; bytes += length) {
    const sum = parsers[contender](chunks);
    const elapsed = performance.now() - start;
    if (elapsed >= busy) return { elapsed, bytes, sum };
  }
}
