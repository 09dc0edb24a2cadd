import type { FeedView, SourceControl, SourceOptions, SourceUrl } from "./frameworks/types.js";
import type { EventMap } from "./index.js";

export type { SourceOptions, SourceUrl } from "./frameworks/types.js";

/** A component's view of its source, and its control over it. What is read of it in a template, a `$derived` or an `$effect` is reactive. */
export type SvelteEventSource<Feed extends { [Name in keyof Feed]: unknown }, Data = undefined> = FeedView<Feed, Data> & SourceControl;

/**
 * A component's source. Call it while the component is initialised, as you call `onMount`. The source is open while the component is
 * mounted. The URL and the options may be functions, which read state. When that changes, the old source is closed first, and nothing
 * of it is heard from then on. Of functions and schemas in the options the latest are called. Bytes, blobs and signals are the same if
 * they are the same object.
 *
 * On a server nothing is opened, and the state is `connecting`. Do not take the result apart: as with props that are an object, its
 * fields are reactive where they are read.
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
