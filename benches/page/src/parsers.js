// The parsers alone, which get the bytes of a stream.
import { createParser } from "eventsource-parser";
import { EventStreamParser } from "/pkg/parser.js";

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
  "ours-js"(chunks) {
    let sum = 0;
    const parser = new EventStreamParser();
    for (const chunk of chunks) for (const { data, lastEventId } of parser.parse(chunk)) sum += data.length + lastEventId.length;
    parser.end();
    return sum;
  },
};

/** Parses a text in chunks of so many bytes. */
export function parse({ contender, text, chunk }) {
  const bytes = new TextEncoder().encode(text);
  const chunks = [];
  for (let start = 0; start < bytes.length; start += chunk) chunks.push(bytes.slice(start, start + chunk));
  const start = performance.now();
  const sum = parsers[contender](chunks);
  return { elapsed: performance.now() - start, sum };
}
