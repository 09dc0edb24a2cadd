/**
 * The script of the shared worker that has the connections of sources with `shared: "tabs"`. Where a bundler does not
 * find it, build it as an entry, and name its URL in `tabs: { worker }`.
 */
export {};
