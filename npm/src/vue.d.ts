import type { MaybeRefOrGetter, Ref } from "vue";
import type { FeedView, SourceControl, SourceOptions, SourceUrl } from "./frameworks/types.js";
import type { EventMap } from "./index.js";

export type { SourceOptions, SourceUrl } from "./frameworks/types.js";

/** A component's view of its source, in refs, and its control over it. */
export type UseEventSourceReturn<Feed extends { [Name in keyof Feed]: unknown }, Data = undefined> = {
  readonly [Field in keyof FeedView<Feed, Data>]: Readonly<Ref<FeedView<Feed, Data>[Field]>>;
} & SourceControl;

/**
 * A component's source. It is open while the component is mounted; outside of components, until its scope is disposed of. The URL and
 * the options may be refs or getters. When they change, the old source is closed first, and none of its events is
 * delivered any more. Of functions and schemas in the options the latest are used, and a new one opens nothing. Bytes, blobs and
 * `AbortSignal`s count as changed if they are other objects.
 *
 * During server-side rendering nothing is opened, and the state is `connecting`.
 *
 * ```ts
 * import { useEventSource } from "typed-eventsource/vue";
 *
 * const { symbol } = defineProps<{ symbol: string }>();
 * const { latest, state, error } = useEventSource<{ price: number }>(() => `/prices/${symbol}`, { events: ["price"] });
 * ```
 */
export function useEventSource<Feed extends { [Name in keyof Feed]: unknown } = EventMap, Data = undefined>(
  url: MaybeRefOrGetter<SourceUrl>,
  options: MaybeRefOrGetter<SourceOptions<Feed, Data>>,
): UseEventSourceReturn<Feed, Data>;
