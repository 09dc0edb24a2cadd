// The known differences from the browser's own class: in which scenario the recordings differ, how, and why. The test also fails
// if a difference is gone.

const OURS = ["browser", "fetch"];

const REQUEST_HEADERS = "accept: text/event-stream; cache-control: no-cache; pragma: no-cache";

// Firefox's own class departs from the standard. So does the browser transport in Firefox.

const NUL_IN_DATA = {
  contenders: ["fetch"],
  browser: "Firefox",
  why: "Firefox drops a NUL in data",
  diff: ['- MessageEvent "message" "ab" id "" from {own} at 1', '+ MessageEvent "message" "a\\u0000b" id "" from {own} at 1'],
};

const ID_WITHOUT_DATA = {
  contenders: ["fetch"],
  browser: "Firefox",
  why: "Firefox forgets an id that comes without data",
  diff: [
    '- MessageEvent "message" "1" id "" from {own} at 1',
    '- MessageEvent "end" "" id "" from {own} at 1',
    '+ MessageEvent "message" "1" id "1" from {own} at 1',
    '+ MessageEvent "end" "" id "1" from {own} at 1',
  ],
};

const ID_WITHOUT_DATA_AGAIN = {
  ...ID_WITHOUT_DATA,
  diff: [
    '- MessageEvent "message" "again" id "" from {own} at 1',
    '- MessageEvent "end" "" id "" from {own} at 1',
    '+ MessageEvent "message" "again" id "7" from {own} at 1',
    '+ MessageEvent "end" "" id "7" from {own} at 1',
    `- request: GET /streams/{1} ${REQUEST_HEADERS}`,
    `+ request: GET /streams/{1} ${REQUEST_HEADERS}; last-event-id: 7`,
  ],
};

const ID_WITH_NUL = {
  contenders: ["fetch"],
  browser: "Firefox",
  why: "Firefox loses the event of an id that has a NUL in it",
  diff: ['+ MessageEvent "message" "2" id "1" from {own} at 1'],
};

const REFERRER = {
  contenders: ["fetch"],
  browser: "Firefox",
  scope: "worker",
  why: "in workers Firefox sends no referrer",
  diff: ["+ referer: {own}/pages/side_by_side/worker.js", "+ referer: {own}/pages/side_by_side/worker.js"],
};

// Chromium's own class departs from the standard.

const CHARSET = {
  contenders: ["fetch"],
  browser: "Chromium",
  why: "Chromium refuses a charset other than UTF-8, where the standard decodes all streams as UTF-8",
  diff: [
    '- Event "error" at 2',
    "- then it is at 2",
    '+ Event "open" at 1',
    '+ MessageEvent "message" "1" id "" from {own} at 1',
    '+ MessageEvent "end" "" id "" from {own} at 1',
    "+ then it is at 1",
  ],
};

const SPACE_IN_HOST = {
  contenders: OURS,
  browser: "Chromium",
  why: "Chromium takes a space in a host, which the URL standard refuses",
  diff: ['- "http://a b/": "http://a%20b/"', '+ "http://a b/": throws SyntaxError, code 12'],
};

// Both browsers' own classes depart from the standard.

const EMPTY_RETRY = {
  contenders: ["fetch"],
  why: "Chromium takes an empty `retry` for its own default, Firefox for zero, where the standard ignores it",
  diff: ["- it comes back: true", "+ it comes back: false"],
};

// The fetch transport differs, since it runs on top of `fetch`.

const REFUSED = {
  contenders: ["fetch"],
  why: "over `fetch` a refusal by CORS counts as a lost connection, which is to be established again",
  diff: ['- Event "error" at 2', '+ Event "error" at 0'],
};

const PREFLIGHT = {
  contenders: ["fetch"],
  why: "at another origin `fetch` first asks whether it may send `Last-Event-ID`, where the browser's own source just sends it",
  diff: ["+ preflights: 1"],
};

// After a redirect and a lost connection, the browser's own source asks where the redirect has led (in Firefox only if the
// redirect is permanent). `fetch` does not tell whether it is.

const PERMANENT_REDIRECT = {
  contenders: ["fetch"],
  why: "each connection begins at the source's URL",
  diff: [`+ request: GET /streams/{2} ${REQUEST_HEADERS}; last-event-id: 1`],
};

const REDIRECT = { ...PERMANENT_REDIRECT, browser: "Chromium" };

const TEMPORARY_REDIRECT = {
  contenders: ["fetch"],
  browser: "Firefox",
  why: "behind a redirect within an origin, Firefox would keep the connection of each aborted request",
  diff: [`- request: GET /streams/{2} ${REQUEST_HEADERS}; last-event-id: 1`],
};

const PASSWORD = {
  contenders: ["fetch"],
  why: "`fetch` takes no URL with a password in it",
  diff: ['- url: "http://user:secret@127.0.0.1/x"', "+ url: throws EventSourceError"],
};

// The package differs, since it is a script.

const TRUST = {
  contenders: OURS,
  why: "only the browser makes events that are trusted",
  diff: ["- isTrusted: true", "+ isTrusted: false", "- isTrusted: true", "+ isTrusted: false"],
};

const BETWEEN_LISTENERS = {
  contenders: OURS,
  why: "promises do not settle between two listeners of one event, since the script that dispatches it has not returned",
  diff: ['+ second: MessageEvent "message" "1" id "" from {own} at 1', '- second: MessageEvent "message" "1" id "" from {own} at 1'],
};

const BORROWED_METHOD = {
  contenders: OURS,
  why: "the source does not know of a listener that was added by `EventTarget`'s own method",
  diff: ['- x: MessageEvent "message" "1" id "" from {own} at 1', '- x: MessageEvent "message" "2" id "" from {own} at 1'],
};

// The package differs on purpose.

const ERROR = {
  contenders: OURS,
  why: "an `error` event has the error",
  diff: ["+ own: error"],
};

const RESPONSE = {
  contenders: ["fetch"],
  why: "an `open` event has the response",
  diff: ["+ own: response"],
};

const UNKNOWN_OPTION = {
  contenders: OURS,
  why: "an unknown option is refused, since it may be a spelling mistake",
  diff: ["- an unknown one: 0", "+ an unknown one: throws EventSourceError"],
};

/** The known differences, by subject and scenario. */
export const DIFFERENCES = {
  fields: { "a NUL in data": [NUL_IN_DATA] },
  ids: {
    "without data": [ID_WITHOUT_DATA],
    "one without data goes back": [ID_WITHOUT_DATA_AGAIN],
    "one with a NUL": [ID_WITH_NUL],
  },
  connections: { "each header of a request": [REFERRER] },
  retries: { "an empty one counts for nothing": [EMPTY_RETRY] },
  answers: {
    "the properties of the error event": [ERROR],
    "the properties of the open event": [RESPONSE],
    "type with another charset": [CHARSET],
  },
  redirects: {
    "redirect 301": [REDIRECT],
    "redirect 302": [REDIRECT, TEMPORARY_REDIRECT],
    "redirect 303": [REDIRECT, TEMPORARY_REDIRECT],
    "redirect 307": [REDIRECT, TEMPORARY_REDIRECT],
    "redirect 308": [REDIRECT],
    "redirect to another origin": [REDIRECT, PREFLIGHT],
    "permanent redirect to another origin": [PERMANENT_REDIRECT, PREFLIGHT],
  },
  origins: {
    "one that allows nobody": [REFUSED],
    "one that allows anybody, with credentials": [REFUSED],
    "one that allows nobody, with credentials": [REFUSED],
    "a reconnection with an id": [PREFLIGHT],
  },
  listeners: {
    "what an event is": [TRUST],
    "by EventTarget's own method": [BORROWED_METHOD],
  },
  order: { "promises settle between two listeners of an event": [BETWEEN_LISTENERS] },
  interface: {
    URLs: [SPACE_IN_HOST],
    "a URL with a password": [PASSWORD],
    "unknown options": [UNKNOWN_OPTION],
  },
};
