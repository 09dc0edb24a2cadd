// The parser alone, on the bytes of event streams.

import { describe, expect, test } from "vitest";
import { EventStreamParser, EventStreamParserStream, type ParsedEvent } from "typed-eventsource/parser";

const encoder = new TextEncoder();
const bytesOf = (text: string) => encoder.encode(text);

function parse(text: string | Uint8Array, size = Infinity) {
  const bytes = typeof text === "string" ? bytesOf(text) : text;
  const parser = new EventStreamParser();
  const events: ParsedEvent[] = [];
  for (let start = 0; start < bytes.length; start += size) {
    events.push(...parser.parse(bytes.subarray(start, Math.min(start + size, bytes.length))));
  }
  const { comments, lastEventId, reconnectionTime } = parser;
  return { events, comments, lastEventId, reconnectionTime, unfinished: parser.end() };
}

const message = (data: string, lastEventId = "", type = "message") => ({ type, data, lastEventId });

/** Everything that the end of a chunk can cut. */
const TRICKY =
  '\uFEFF: c\r\nretry: 250\nid: 1\nevent: prïce\ndata: {"note":"𝄞 é"}\r\rdata\n\ndata:a\ndata: b\r\n\r\n' +
  "id: é2\n\ndata:  c\nid\n\nevent: x\n\nid: a\u0000b\ndata: \uFEFF😀\n\nunknown\nretry: 7x\ndata: last, and longer than twelve\n\n";

const TRICKY_EVENTS = [
  message('{"note":"𝄞 é"}', "1", "prïce"),
  message("", "1"),
  message("a\nb", "1"),
  message(" c", ""),
  message("\uFEFF😀", ""),
  message("last, and longer than twelve", ""),
];

describe("EventStreamParser", () => {
  test("parses as the standard says, wherever the chunks are cut", () => {
    for (let size = 1; size <= TRICKY.length + 50; size += 1) {
      const parsed = parse(TRICKY, size);
      expect(parsed, `in chunks of ${size} bytes`).toEqual({
        events: TRICKY_EVENTS,
        comments: 1,
        lastEventId: "",
        reconnectionTime: 250,
        unfinished: undefined,
      });
    }
  });

  test("replaces bytes that are not UTF-8", () => {
    const bytes = new Uint8Array([...bytesOf("data: a"), 0xff, 0xe2, 0x82, ...bytesOf("b\n\ndata: c\n\ndata: d\n\n")]);
    for (const size of [Infinity, 9, 8, 1]) {
      expect(parse(bytes, size).events).toEqual([message("a\uFFFD\uFFFDb"), message("c"), message("d")]);
    }
  });

  test("finds any number of events in a chunk of any size", () => {
    const texts = Array.from({ length: 3000 }, (_, index) => `${"x".repeat(index % 40)}${index}`);
    const text = texts.map((data, index) => `id: ${index}\nevent: e${index % 3}\ndata: ${data}\n\n`).join("");
    const events = texts.map((data, index) => message(data, String(index), `e${index % 3}`));
    expect(parse(text).events).toEqual(events);
    expect(parse(text, 997).events).toEqual(events);
    const large = "0123456789".repeat(100_000);
    expect(parse(`data: ${large}\n\ndata: é${large}\n\n`).events).toEqual([message(large), message(`é${large}`)]);
  });

  test("continues from an id, which a block without data changes too", () => {
    const parser = new EventStreamParser({ lastEventId: "é7" });
    expect(parser.lastEventId).toBe("é7");
    expect(parser.parse(bytesOf("data: 1\n\n"))).toEqual([message("1", "é7")]);
    expect(parser.parse(bytesOf("id: 8\n\n"))).toEqual([]);
    expect(parser.lastEventId).toBe("8");
    expect(parser.parse(bytesOf("data: 2\n\nid\ndata: 3\n\n"))).toEqual([message("2", "8"), message("3")]);
    expect(parser.lastEventId).toBe("");
  });

  test("knows the last reconnection time, and how many comments there were", () => {
    const parser = new EventStreamParser();
    expect([parser.reconnectionTime, parser.comments]).toEqual([undefined, 0]);
    parser.parse(bytesOf("retry: 10\n\nretry: 20\n: a\n\n:b\n"));
    expect([parser.reconnectionTime, parser.comments]).toEqual([20, 2]);
    parser.parse(bytesOf(": c\nretry: soon\n\n"));
    expect([parser.reconnectionTime, parser.comments]).toEqual([20, 3]);
  });

  test("returns what had arrived of an event when the stream ends", () => {
    expect(parse("id: 4\n\nevent: token\ndata: Hel").unfinished).toEqual(message("Hel", "4", "token"));
    expect(parse("data: 1\n\n: c").unfinished).toBeUndefined();
    const parser = new EventStreamParser();
    parser.end();
    expect(() => parser.parse(bytesOf("data: 1\n\n"))).toThrow("the parser has ended");
    expect(() => parser.end()).toThrow("the parser has ended");
  });

  test("returns the events before one that is too large, and throws then", () => {
    const parser = new EventStreamParser({ maxEventSize: 10 });
    expect(parser.parse(bytesOf("data: 1\n\ndata: 12345\n\ndata: 2\n\n"))).toEqual([message("1")]);
    for (let times = 0; times < 2; times += 1) {
      expect(() => parser.parse(bytesOf("data: 3\n\n"))).toThrow(RangeError);
    }
    expect(() => new EventStreamParser({ maxEventSize: 3 }).parse(bytesOf("data: 1\n\n"))).toThrow("larger than maxEventSize");
  });

  test("keeps the streams of several parsers apart", () => {
    const parsers = Array.from({ length: 50 }, () => new EventStreamParser());
    parsers.forEach((parser, index) => parser.parse(bytesOf(`id: ${index}\nevent: e${index}\ndata: a`)));
    parsers.filter((_, index) => index % 2).forEach((parser) => parser.end());
    const others = Array.from({ length: 30 }, (_, index) => new EventStreamParser({ lastEventId: `o${index}` }));
    others.forEach((parser, index) => expect(parser.parse(bytesOf("data: b\n\n"))).toEqual([message("b", `o${index}`)]));
    parsers.forEach((parser, index) => {
      if (index % 2) return;
      expect(parser.parse(bytesOf("b\n\n"))).toEqual([message("ab", String(index), `e${index}`)]);
    });
  });

  test("ends within an event after another parser has made the memory grow", () => {
    const parsers = Array.from({ length: 500 }, () => new EventStreamParser());
    for (const parser of parsers) parser.parse(bytesOf("event: price\ndata: 1"));
    // Eight megabytes in all, far more than the other tests have left free.
    const others: EventStreamParser[] = [];
    for (const parser of parsers) {
      others.push(new EventStreamParser({ lastEventId: "7".repeat(16_000) }));
      expect(parser.end()).toEqual(message("1", "", "price"));
    }
  });

  test("refuses chunks that are not bytes", () => {
    const parser = new EventStreamParser();
    for (const chunk of ["data: 1\n\n", new Uint16Array(4), new ArrayBuffer(4), new DataView(new ArrayBuffer(4))]) {
      expect(() => parser.parse(chunk as unknown as Uint8Array)).toThrow(TypeError);
    }
    expect(parser.parse(Buffer.from("data: 1\n\n"))).toEqual([message("1")]);
  });
});

describe("EventStreamParserStream", () => {
  const streamOf = (...texts: string[]) =>
    new ReadableStream<Uint8Array<ArrayBuffer>>({
      start(controller) {
        for (const text of texts) controller.enqueue(bytesOf(text));
        controller.close();
      },
    });

  test("transforms bytes to events", async () => {
    const stream = new EventStreamParserStream({ lastEventId: "0" });
    const events: ParsedEvent[] = [];
    const chunks = streamOf("da", "ta: 1\n\ndata: 2\n", "\nid: 3\nretry: 5\n\nda");
    for await (const event of chunks.pipeThrough(stream)) events.push(event);
    expect(events).toEqual([message("1", "0"), message("2", "0")]);
    expect([stream.parser.lastEventId, stream.parser.reconnectionTime]).toEqual(["3", 5]);
    expect(stream.unfinished).toEqual(message("", "3"));
  });

  test("fails at an event that is too large, after those before it", async () => {
    const events = streamOf("data: 1\n\ndata: 12345\n\n").pipeThrough(new EventStreamParserStream({ maxEventSize: 10 }));
    const reader = events.getReader();
    expect((await reader.read()).value).toEqual(message("1"));
    await expect(reader.read()).rejects.toThrow(RangeError);
  });
});
