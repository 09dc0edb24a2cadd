import type { FeedView, SourceControl, SourceOptions, SourceUrl } from "./frameworks/types.js";
import type { EventMap } from "./index.js";

export type { SourceOptions, SourceUrl } from "./frameworks/types.js";

/**
 * What a component sees of its source, each field an accessor, and functions that open and close the source. `Feed` maps the names of
 * events to the types of their data; `Data` is what `fold` makes.
 */
export type SolidEventSource<Feed extends { [Name in keyof Feed]: unknown }, Data = undefined> = {
  readonly [Field in keyof FeedView<Feed, Data>]: () => FeedView<Feed, Data>[Field];
} & SourceControl;

/**
 * A component's source. It opens once the component has rendered, and closes with its owner. The URL and the options may be accessors.
 * When they change, the old source is closed first, and none of its events is delivered any more. Of functions and schemas in the
 * options the latest are used, and a new one opens nothing. Bytes, blobs and `AbortSignal`s count as changed if they are other objects.
 *
 * During server-side rendering nothing is opened, and the state is `connecting`.
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
