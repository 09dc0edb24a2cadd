// The types that the entries for React, Vue, Svelte and Solid share.

import type { URL } from "../dom.js";
import type { BrowserInit, EventMap, EventOf, EventSource, EventSourceError, FetchInit, State, TypedEvent } from "../index.js";

/** The URL of a component's source. Without one there is no source, and its state is `paused`. */
export type SourceUrl = string | URL | null | undefined;

/** The functions of a component that a source calls. They may be made at each render: the latest ones are called. */
export interface Handlers<Feed extends { [Name in keyof Feed]: unknown }> {
  /** Called with each event, once a frame with those that have gathered. Handlers of the `source` are called at once. */
  onEvent?: ((event: EventOf<Feed>) => void) | undefined;
  /** Called with each error. Errors that nobody takes, as this does or a component that reads `error`, go to the console. */
  onError?: ((error: EventSourceError) => void) | undefined;
}

/** What the events are folded into. */
export interface Folding<Feed extends { [Name in keyof Feed]: unknown }, Data> {
  /** The `data` before the first event. */
  initial: Data;
  /**
   * Makes the next `data` of the last one and an event. It is called for each event, once a frame for those that have gathered. An
   * exception is reported, and leaves the event out.
   */
  fold: (data: Data, event: EventOf<Feed>) => Data;
}

interface NoFolding {
  initial?: undefined;
  fold?: undefined;
}

/** The names of the events to listen to. Only over `fetch` may they be left out: then these are all events. */
interface Named<Feed> {
  events: readonly (keyof Feed & string)[];
}

/** The options of a component's source: those of the `EventSource`, and what the component does with the events. */
export type SourceOptions<Feed extends { [Name in keyof Feed]: unknown } = EventMap, Data = undefined> = (
  (BrowserInit<Feed> & Named<Feed>) | (FetchInit<Feed> & { events?: Named<Feed>["events"] | undefined })
) &
  Handlers<Feed> &
  ([Data] extends [undefined] ? NoFolding : Folding<Feed, Data>);

/** Options as the code that is shared has them. */
export type AnyOptions = Partial<FetchInit<any> & Named<any> & Handlers<any> & Folding<any, any>> & { transport?: any };

/** What a component shows of its source. It is made from the start again when the URL or the options change. */
export interface FeedView<Feed extends { [Name in keyof Feed]: unknown }, Data> {
  /** The latest event of each name, by the name. It changes at most once a frame. */
  readonly latest: { readonly [Name in keyof Feed & string]?: TypedEvent<Feed[Name], Name> };
  /** What all events were folded into. It changes at most once a frame. */
  readonly data: Data;
  /** `connecting` before the source is opened, and on a server; `paused` without a URL. */
  readonly state: State;
  /**
   * The last error. It stays until the source is open again, or another source takes its place. An error that the component neither
   * reads here nor takes by `onError` goes to the console.
   */
  readonly error: EventSourceError | undefined;
  /** The seconds until the next attempt, while the source waits for it. */
  readonly seconds: number | undefined;
  /** The source, to pause or reconnect it, or to listen to more of it, such as gaps; `undefined` before it is opened, without a URL, and on a server. */
  readonly source: EventSource<Feed> | undefined;
}

/** What a component does with its source. */
export interface SourceControl {
  /** Opens another source in place of one that is closed, for whatever reason. Otherwise nothing happens. */
  readonly open: () => void;
  /** Closes the source until `open` is called, or the URL or the options change. */
  readonly close: () => void;
}
