// The parser alone, on the bytes of event streams.

import { EventSource } from "typed-eventsource";
import { describe, expect, onTestFinished, test, vi } from "vitest";
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

/** The same numbers for the same seed, from 0 to 1. */
function randomNumbers(seed: number) {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

const PIECES = [
  ..."\n \r \r\n \n\n : data event id retry data: event: id: data:\u00a0 id:\0 \uFEFF é € 😀 x 7 dat eventt: ids: Data: retry:5".split(" "),
  " ",
  "data: text\n",
  "event: price\n",
  "event: prïce\n",
  "id: 17\n",
  "data: €😀\n",
  "\u0164ata: no field\n",
  "\n\n",
].map(bytesOf);

/** A stream of lines and parts of lines, some of which are not UTF-8. */
function anyStream(random: () => number) {
  const pieces = Array.from({ length: 80 }, () => {
    if (random() < 0.03) return [0xff, 0xe2, 0x82, 0xf0, 0x9f, 0xc3].slice(Math.floor(random() * 6));
    return PIECES[Math.floor(random() * PIECES.length)];
  });
  return new Uint8Array(pieces.flatMap((piece) => [...piece]));
}

/** What a source of a URL with this name hears of these chunks, by the parser of the core. */
async function eventsOfSource(chunks: Uint8Array[], name: number) {
  const body = new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  vi.stubGlobal("fetch", async () => new Response(body, { headers: { "content-type": "text/event-stream" } }));
  onTestFinished(() => void vi.unstubAllGlobals());
  const source = new EventSource(`http://prices.test/#${name}`, { transport: "fetch", parse: "text", policy: "close-on-error" });
  const events: ParsedEvent[] = [];
  source.onAny(({ type, data, lastEventId }) => events.push({ type, data: data as string, lastEventId }));
  source.onError(() => {});
  await source.closed;
  return { events, lastEventId: source.lastEventId };
}

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

  test("finds what a source finds, whatever the stream and wherever its chunks are cut", async () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const random = randomNumbers(seed);
      const bytes = anyStream(random);
      const chunks: Uint8Array[] = [];
      for (let start = 0; start < bytes.length;) {
        const end = start + 1 + Math.floor(random() ** 3 * 60);
        chunks.push(bytes.slice(start, end));
        start = end;
      }
      const parser = new EventStreamParser();
      const events = chunks.flatMap((chunk) => parser.parse(chunk));
      const heard = await eventsOfSource(chunks, seed);
      expect({ events, lastEventId: parser.lastEventId }, `seed ${seed}`).toEqual(heard);
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
