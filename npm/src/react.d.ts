import type { FeedView, SourceControl, SourceOptions, SourceUrl } from "./frameworks/types.js";
import type { EventMap } from "./index.js";

export type { SourceOptions, SourceUrl } from "./frameworks/types.js";

/** A component's view of its source, and its control over it. The component renders when something changes that it has read here. */
export type UseEventSourceResult<Feed extends { [Name in keyof Feed]: unknown }, Data = undefined> = FeedView<Feed, Data> & SourceControl;

/**
 * A component's source. It is open while the component is mounted. When the URL or the options change, the old source is closed first,
 * and none of its events is delivered any more. The options may be made at each render: they are compared, and of functions and schemas
 * the latest are used. Bytes, blobs and `AbortSignal`s count as changed if they are other objects.
 *
 * During server-side rendering nothing is opened, and the state is `connecting`.
 *
 * ```tsx
 * import { useEventSource } from "typed-eventsource/react";
 *
 * type Feed = { price: { symbol: string; price: number } };
 *
 * export function Prices() {
 *   const { latest, state, error } = useEventSource<Feed>("/prices", { events: ["price"], policy: "resilient" });
 *   return <p role="status">{latest.price?.data.price ?? error?.message ?? state.type}</p>;
 * }
 * ```
 */
export function useEventSource<Feed extends { [Name in keyof Feed]: unknown } = EventMap, Data = undefined>(
  url: SourceUrl,
  options: SourceOptions<Feed, Data>,
): UseEventSourceResult<Feed, Data>;
