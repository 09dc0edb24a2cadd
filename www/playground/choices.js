// @ts-check
// What can be chosen. The form, the URL and the code that is shown are made of this table.

/** @typedef {{ after: number, then: string }} Limit */
/**
 * What was chosen. A field that is missing is as the package has it.
 *
 * @typedef {object} State
 * @property {"browser" | "fetch"} transport
 * @property {"browser" | "close-on-error" | "resilient"} preset
 * @property {number} [initial]
 * @property {number} [max]
 * @property {"no"} [jitter]
 * @property {number} [maxAttempts]
 * @property {number} [reconnectionTime]
 * @property {Limit} [idle]
 * @property {Limit} [opening]
 * @property {number} [closeAfterLosses]
 * @property {number} [closeWhenDownFor]
 * @property {number} [closeAfterDecodeErrors]
 * @property {"close" | "reopen"} [givenUp]
 * @property {number[]} [retryStatuses]
 * @property {number} [deduplicate]
 * @property {"yes"} [resumeParameter]
 * @property {"yes"} [terminalEvent]
 * @property {"yes"} [failureEvent]
 * @property {number} [retry]
 * @property {string[]} faults
 */
/**
 * A field: its name in the URL, which is that of the option; what it takes; and what the form says.
 *
 * @typedef {object} Field
 * @property {Exclude<keyof State, "faults">} key
 * @property {"choice" | "flag" | "number" | "limit" | "statuses"} kind `flag` is a choice of one value
 * @property {string} label
 * @property {string[]} [values] of a choice
 * @property {string} [unset] what the form says for a choice that is not made
 * @property {number} [least]
 * @property {number} [most]
 */
/** @typedef {{ name: string, fields: Field[] }} Group */

/** What may follow on a limit. */
export const ACTIONS = ["close", "reopen", "keep-waiting"];

/** The most faults of a state. */
export const MOST_FAULTS = 20;

/** @type {(key: Field["key"], label: string, least?: number) => Field} */
const time = (key, label, least = 10) => ({ key, kind: "number", label: `${label} (ms)`, least, most: 600_000 });
/** @type {(key: Field["key"], label: string, least?: number) => Field} */
const count = (key, label, least = 1) => ({ key, kind: "number", label, least, most: 1_000 });
/** @type {(key: Field["key"], label: string) => Field} */
const limit = (key, label) => ({ key, kind: "limit", label: `${label} (ms)`, least: 10, most: 600_000 });
/** @type {(key: Field["key"], label: string, value?: string) => Field} */
const flag = (key, label, value = "yes") => ({ key, kind: "flag", label, values: [value] });

/** The choices about the source, in groups. @type {Group[]} */
export const GROUPS = [
  {
    name: "Transport and policy",
    fields: [
      { key: "transport", kind: "choice", label: "Transport", values: ["browser", "fetch"] },
      { key: "preset", kind: "choice", label: "Policy", values: ["browser", "close-on-error", "resilient"] },
    ],
  },
  {
    name: "Waits",
    fields: [
      time("initial", "First wait"),
      time("max", "Longest wait"),
      count("maxAttempts", "Most attempts", 0),
      time("reconnectionTime", "Reconnection time", 0),
      flag("jitter", "No randomness in the waits", "no"),
    ],
  },
  {
    name: "Limits",
    fields: [
      limit("idle", "Silence"),
      limit("opening", "Slow opening"),
      count("closeAfterLosses", "Close after losses"),
      count("closeAfterDecodeErrors", "Close after decode errors"),
      time("closeWhenDownFor", "Close when down for"),
    ],
  },
  {
    name: "Refusals",
    fields: [
      { key: "givenUp", kind: "choice", label: "If it fails for good", values: ["close", "reopen"], unset: "as the policy says" },
      { key: "retryStatuses", kind: "statuses", label: "Statuses to retry", least: 200, most: 599 },
    ],
  },
  {
    name: "Events",
    fields: [
      count("deduplicate", "Ids to know duplicates by", 0),
      flag("terminalEvent", "The event “bye” ends the stream"),
      flag("failureEvent", "The event “failure” is an error"),
      flag("resumeParameter", "The last event id in the URL"),
    ],
  },
];

/** The choices about the server, besides its faults. @type {Field[]} */
export const SERVER_FIELDS = [time("retry", "It sends a reconnection time", 0)];

/** All fields. */
export const FIELDS = [...GROUPS.flatMap(({ fields }) => fields), ...SERVER_FIELDS];

/** The faults, in the form of the inspector's buttons: the name in the URL, the label, and what the server does. */
export const FAULTS = [
  { name: "lost", label: "Connection lost", does: "A reset, between two events." },
  { name: "cut", label: "Cut in an event", does: "Half an event, then a reset." },
  { name: "end", label: "The response ends", does: "Without a last word." },
  { name: "silent", label: "Silence", does: "Open, and nothing more comes." },
  { name: "unreachable", label: "No answer", does: "A reset; browsers may ask again at once." },
  { name: "slow", label: "A slow answer", does: "It takes four seconds." },
  { name: "503", label: "503", does: "Unavailable." },
  { name: "busy", label: "503, Retry-After", does: "Unavailable for three seconds." },
  { name: "401", label: "401", does: "Unauthorized." },
  { name: "204", label: "204", does: "No content: it has finished." },
  { name: "html", label: "A web page", does: "200, but no event stream." },
  { name: "malformed", label: "Malformed data", does: "Data that is no JSON." },
  { name: "repeat", label: "Duplicates", does: "Two events are sent again." },
  { name: "gap", label: "A gap", does: "A reset, and three ids are left out." },
  { name: "failure", label: "Failure event", does: "“failure”, with what went wrong." },
  { name: "finish", label: "Finish", does: "“bye”, then the end." },
];

/** What a page shows whose URL has no choices. @type {State} */
export const EXAMPLE = {
  transport: "fetch",
  preset: "resilient",
  initial: 500,
  jitter: "no",
  idle: { after: 3_000, then: "reopen" },
  terminalEvent: "yes",
  faults: ["lost", "503", "503", "malformed", "silent"],
};
