// TanStack Query: a query whose data grows with a stream. `@tanstack/react-query` and its siblings export the same function.

import { experimental_streamedQuery as streamedQuery } from "@tanstack/query-core";
import { EventSource } from "typed-eventsource";

/** What an event holds. */
export interface Line {
  text: string;
}

/** The options of a query for the lines of a log. It fetches until the server sends `end`, and once nobody uses it, it closes the stream. */
export const linesOf = (url: string) => ({
  queryKey: ["lines", url],
  queryFn: streamedQuery<Line[], Line[]>({
    streamFn: async function* ({ signal }) {
      const source = new EventSource<{ line: Line }>(url, { policy: "resilient", terminalEvent: "end", closeAfterLoop: true, signal });
      source.onError(() => {}); // after a loss the stream goes on; the error that ends it is the query's
      for await (const events of source.batches(["line"])) yield events.map(({ data }) => data); // once a frame
    },
    reducer: (lines, more) => [...lines, ...more],
    initialValue: [],
  }),
  staleTime: Infinity, // a fetch for each focus of the window would begin the stream again
  retry: false, // that is the source's policy
});
