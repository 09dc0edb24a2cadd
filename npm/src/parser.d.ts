// @ts-ignore There may be none.
type Readable = globalThis.ReadableStream<ParsedEvent>;
// @ts-ignore There may be none.
type Writable = globalThis.WritableStream<Uint8Array>;

/** An event of an event stream. Its texts may be parts of a larger text, which lives as long as they do. */
export interface ParsedEvent {
  /** Its name; `message` if the server gave it none. */
  readonly type: string;
  /** The values of its `data` fields, joined by line feeds. */
  readonly data: string;
  /** The last event id of the stream at this event: its own `id`, or that of the last block that had one. Empty if there was none. */
  readonly lastEventId: string;
}

/** How a parser starts. */
export interface EventStreamParserInit {
  /** The last event id of the stream that this one continues. */
  readonly lastEventId?: string | undefined;
  /** How long the lines of an event may be in all, in UTF-16 code units as texts are; 2 ** 24 by default. */
  readonly maxEventSize?: number | undefined;
}

/**
 * Parses an event stream as the HTML standard says, wherever its chunks are cut.
 *
 * ```ts
 * const parser = new EventStreamParser();
 * for await (const chunk of response.body) {
 *   for (const event of parser.parse(chunk)) console.log(event.type, event.data);
 * }
 * const unfinished = parser.end(); // what the server began to send, if the stream was cut
 * ```
 */
export class EventStreamParser {
  constructor(init?: EventStreamParserInit);
  /** The id to continue from. A block that has nothing but an `id` changes it too. */
  readonly lastEventId: string;
  /** The last `retry` of the stream, in milliseconds: how long to wait before reconnecting. */
  readonly reconnectionTime: number | undefined;
  /** How many comments there were. Servers send them to keep the connection alive. */
  readonly comments: number;
  /**
   * Returns the events that this chunk completes.
   *
   * Throws a `RangeError` if an event is larger than `maxEventSize`. If others came before it in the chunk, these are returned, and
   * the next call throws.
   */
  parse(chunk: Uint8Array): ParsedEvent[];
  /**
   * Ends the stream. Returns what had arrived of an event if the stream has ended within one; the standard discards it.
   *
   * Throws a `RangeError` if the last `parse` met an event that is too large and has returned those before it, and a `TypeError` if
   * the parser was ended before.
   */
  end(): ParsedEvent | undefined;
}

/**
 * The parser as a `TransformStream`.
 *
 * ```ts
 * const events = response.body.pipeThrough(new EventStreamParserStream());
 * for await (const { type, data } of events) console.log(type, data);
 * ```
 */
export class EventStreamParserStream {
  constructor(init?: EventStreamParserInit);
  /** The events. It fails at one that is too large. */
  readonly readable: Readable;
  /** Takes the bytes. */
  readonly writable: Writable;
  /** The parser, for the id, the reconnection time and the comments. */
  readonly parser: EventStreamParser;
  /** What had arrived of an event if the stream has ended within one. */
  readonly unfinished: ParsedEvent | undefined;
}
