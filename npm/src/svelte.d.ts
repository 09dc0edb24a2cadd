import type { FeedView, SourceControl, SourceOptions, SourceUrl } from "./frameworks/types.js";
import type { EventMap } from "./index.js";

export type { SourceOptions, SourceUrl } from "./frameworks/types.js";

/**
 * What a component sees of its source, and functions that open and close the source. Fields that are read in a template, a `$derived`
 * or an `$effect` are reactive. `Feed` maps the names of events to the types of their data; `Data` is what `fold` makes.
 */
export type SvelteEventSource<Feed extends { [Name in keyof Feed]: unknown }, Data = undefined> = FeedView<Feed, Data> & SourceControl;

/**
 * A component's source. Call it while the component is initialised, as you call `onMount`. The source is open while the component is
 * mounted. The URL and the options may be functions, which read state. When the URL or the options change, the old source is closed
 * first, and none of its events is delivered any more. Of functions and schemas in the options the latest are used, and a new one opens
 * nothing. Bytes, blobs and `AbortSignal`s count as changed if they are other objects.
 *
 * During server-side rendering nothing is opened, and the state is `connecting`. Do not destructure the result: its fields are reactive
 * only where they are read from it.
 *
 * ```svelte
 * <script lang="ts">
 *   import { createEventSource } from "typed-eventsource/svelte";
 *
 *   const { symbol } = $props();
 *   const prices = createEventSource<{ price: number }>(() => `/prices/${symbol}`, { events: ["price"] });
 * </script>
 *
 * <p role="status">{prices.latest.price?.data ?? prices.state.type}</p>
 * ```
 */
export function createEventSource<Feed extends { [Name in keyof Feed]: unknown } = EventMap, Data = undefined>(
  url: SourceUrl | (() => SourceUrl),
  options: SourceOptions<Feed, Data> | (() => SourceOptions<Feed, Data>),
): SvelteEventSource<Feed, Data>;
