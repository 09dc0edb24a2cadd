import type { FeedView, SourceControl, SourceOptions, SourceUrl } from "./frameworks/types.js";
import type { EventMap } from "./index.js";

export type { SourceOptions, SourceUrl } from "./frameworks/types.js";

/** A component's view of its source, in accessors, and its control over it. */
export type SolidEventSource<Feed extends { [Name in keyof Feed]: unknown }, Data = undefined> = {
  readonly [Field in keyof FeedView<Feed, Data>]: () => FeedView<Feed, Data>[Field];
} & SourceControl;

/**
 * A component's source. It opens once the component has rendered, and closes with its owner. The URL and the options may be accessors.
 * When they change, the old source is closed first, and nothing of it is heard from then on. Of functions and schemas in the options
 * the latest are called. Bytes, blobs and signals are the same if they are the same object.
 *
 * On a server nothing is opened, and the state is `connecting`.
 *
 * ```tsx
 * import { createEventSource } from "typed-eventsource/solid";
 *
 * function Price(props: { symbol: string }) {
 *   const { latest, state } = createEventSource<{ price: number }>(() => `/prices/${props.symbol}`, { events: ["price"] });
 *   return <p role="status">{latest().price?.data ?? state().type}</p>;
 * }
 * ```
 */
export function createEventSource<Feed extends { [Name in keyof Feed]: unknown } = EventMap, Data = undefined>(
  url: SourceUrl | (() => SourceUrl),
  options: SourceOptions<Feed, Data> | (() => SourceOptions<Feed, Data>),
): SolidEventSource<Feed, Data>;
