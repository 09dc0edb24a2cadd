// A feed's events, and what hands them over.

/**
 * An event, with its data parsed and validated as the source's options say. It is a plain object, as the states and the
 * gaps are: it works in a store that hands out proxies (Vue, Alpine, MobX, Solid), and copies have all that it has.
 */
export interface TypedEvent<T, Type extends string = string> {
  /** The value of the `event` field, or `message`. */
  readonly type: Type;
  readonly data: T;
  readonly lastEventId: string;
  readonly origin: string;
}

/** Any event of a feed. Its `type` says which event it is, and so the type of its `data`. */
export type EventOf<Feed, Names extends keyof Feed = keyof Feed> = {
  [Name in Names & string]: TypedEvent<Feed[Name], Name>;
}[Names & string];

/**
 * Events that were missed while there was no connection, by the ids of the events around them. With `deduplicate` also a server
 * that counts from the start again: then `missed` is 0.
 */
export interface Gap {
  /** The highest id before it. */
  readonly after: string;
  /** The first id after it. If the server counts from the start again, this one is not higher. */
  readonly before: string;
  /** How many ids lie between the two. 0 if the server counts from the start again, since then nobody knows. */
  readonly missed: number;
}

/**
 * The events of some names, as they arrive. If the policy closes the source, the last step throws its error; if a signal does,
 * the signal's reason. It works behind a `Proxy` too.
 */
export interface EventIterator<T> extends AsyncIterableIterator<T, undefined, undefined> {
  /** How many events have been dropped so far, because the queue was full. A queue that waits drops none. */
  readonly dropped: number;
  return(): Promise<IteratorResult<T, undefined>>;
}

/** When a batch of events is handed over: `per` milliseconds after its first event, or earlier once it has so many events (`most`). */
export interface BatchOptions {
  /**
   * `"frame"` by default: at the next frame of the page, so that it renders at most once a frame. Where frames stop, since the page is
   * hidden or covered, that is at most about a second later; where there are none, as in Node.js, 16 ms. Otherwise milliseconds.
   */
  per?: "frame" | number | undefined;
  /** 10,000 events by default. Zero counts as 1. */
  most?: number | undefined;
}
