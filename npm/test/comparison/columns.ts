// The columns of the comparison: the names of the clients.

export const BROWSER = "the browser's own";
/** This package, which the others are compared with. */
export const OURS = "typed-eventsource";

/** Each name but that of the browser is one of a package. */
export const COLUMNS = [
  OURS,
  BROWSER,
  "eventsource",
  "eventsource-client",
  "@microsoft/fetch-event-source",
  "extended-eventsource",
  "event-source-plus",
  "@flamefrontend/sse-runtime-core",
];
