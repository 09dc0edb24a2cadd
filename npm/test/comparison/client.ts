// What a client is to the scenarios.

/** What a scenario asks of a client, which does it if it has a way. */
export interface Wishes {
  /** Whether it goes on after the end of a response. */
  reconnect?: boolean;
  method?: string;
  body?: string;
  headers?: Record<string, string>;
  /** Asked for the token of each attempt. */
  token?: () => string;
  /** Called when the token is refused. */
  refresh?: () => Promise<void>;
  fetch?: typeof fetch;
  signal?: AbortSignal;
  /** The first of waits that grow, in milliseconds. */
  backoff?: number;
  /** How many attempts may fail in a row. */
  maxAttempts?: number;
  /** Whether it goes on after a 503. */
  unavailable?: boolean;
  /** The longest silence, in milliseconds. */
  idle?: number;
  /** In bytes. */
  maxEventSize?: number;
  /** Whether events with an id that was there already are dropped. */
  distinct?: boolean;
  /** Whether a refusal is to be told with its status and its body. */
  refusals?: boolean;
  /** Whether the response is an answer, which ends with `[DONE]`. */
  answer?: boolean;
  json?: boolean;
  shared?: boolean;
}

export interface Heard {
  data: unknown;
}

/** What a client has told of a failure. */
export interface Failure {
  status?: number | undefined;
  body?: string | undefined;
}

export interface Listening {
  events: Heard[];
  failures: Failure[];
  close(): void;
}

export interface Client {
  /** That of the package, or of the column of the browser's own. */
  name: string;
  /** The package, and what an app imports of it. */
  module?: { exports: string; load(): Promise<object> };
  /** The options without which it cannot be made outside of a browser. */
  needs?: object;
  /** Where its column is run. */
  place: "Node.js" | "Chromium";
  /** The wishes that only code of the user meets, and where that has its place: "in a …". */
  byHand: { [Wish in keyof Wishes]?: string };
  /** Listens to the events without a name. */
  listen(url: string, wishes: Wishes): Listening;
  /** Iterates over the events without a name. With this it may be told to read no further than its consumer. */
  iterate?(url: string): { events: AsyncIterable<unknown>; close(): void };
}
