// @ts-check
// The numbers by which the two halves of the package understand each other. The Rust half has the same ones, in the files
// of `npm/wasm` that are named here.

// What a session is told: `input` in `numbers.rs`.
export const INPUT_OPENED = 0;
export const INPUT_RETRY = 1;
export const INPUT_LOST = 2;
export const INPUT_BODY_ENDED = 3;
export const INPUT_FINISHED = 4;
export const INPUT_DECODED = 5;
export const INPUT_DECODE_FAILED = 6;
export const INPUT_DECIDED = 7;
export const INPUT_TIMEOUT = 8;
export const INPUT_ONLINE = 9;
export const INPUT_OFFLINE = 10;
export const INPUT_OVERFLOWED = 11;
export const INPUT_CLOSE = 12;
export const INPUT_RELAYED_STATE = 13;

// More of that: `tell_session` in `session.rs`.
export const INPUT_UNLISTENED = 16;
export const INPUT_LAST_EVENT_ID = 17;
export const INPUT_TRACK_IDS = 18;
export const INPUT_EVENT = 19;

// What is told of that only the body knows.
export const DEFERRED = 102;

// Flags of `INPUT_EVENT`: `event` in `numbers.rs`.
export const HAS_ID_FIELD = 2;
export const HAS_NO_ID_FIELD = 4;
export const IS_TERMINAL_EVENT = 8;
export const IS_TERMINAL_DATA = 16;
export const IS_FAILURE_EVENT = 32;

// What to do with an event, and by how many bits the answer's other half is shifted: `tell_session` in `session.rs`.
export const OUTCOME_POLL = 2;
export const OUTCOME_MASK = 3;
export const OUTCOME_BITS = 2;

// The detail of `INPUT_LOST`, where it is no HTTP status: `loss` in `numbers.rs`.
export const LOSS_BROWSER_RECONNECTS = 0;
export const LOSS_REESTABLISH = 1;
export const LOSS_OTHER = 2;
export const LOSS_CONTENT_TYPE = 3;
export const LOSS_HOPELESS = 4;
export const LEAST_STATUS = 100;

// What to do next: `Numbers` in `numbers.rs`.
export const OUTPUT_NOTHING = 0;
export const OUTPUT_CONNECT = 1;
export const OUTPUT_DISCONNECT = 2;
export const OUTPUT_DELIVER = 3;
export const OUTPUT_GAP = 4;
export const OUTPUT_DECIDE = 5;
export const OUTPUT_REPORT = 6;
export const OUTPUT_STATE = 7;

// What follows a report: `Numbers::follows` in `numbers.rs`.
export const FOLLOWS_STATE = 1;
export const FOLLOWS_CLOSE = 2;

// What the session wants to be told of: `NumberedSession::wants` in `session.rs`.
export const WANTS_ACTIVITY = 1;
export const WANTS_IDS = 2;
export const WANTS_DECODED = 4;

// What has failed: `Numbers::failure` in `numbers.rs`.
export const FAILURE_EARLIER = 1;
export const FAILURE_OPEN_TIMEOUT = 2;
export const FAILURE_IDLE = 3;
export const FAILURE_EVENT = 5;

// Why a source has closed, and the limit that was reached: `Numbers::closed` in `numbers.rs`.
/** By their numbers, but for the last. */
export const REASONS = /** @type {const} */ (["finished", "requested", "dropped"]);
export const REASON_FINISHED = 0;
export const REASON_FAILED = 3;
export const LIMIT_TOO_MANY = 1;
export const LIMIT_DOWN_TOO_LONG = 2;

/** States by their numbers: `Numbers::state` in `numbers.rs`. */
export const STATES = ["connecting", "open", "waiting", "offline"];
/** From this one on, a connection has failed. */
export const STATE_WAITING = 2;

/** Decisions by their numbers: `input` in `numbers.rs`. */
export const DECISIONS = ["as-proposed", "keep-waiting", "reopen", "close"];
export const DECISION_AS_PROPOSED = 0;
export const DECISION_REOPEN = 2;

// Of the parser: `records.rs` and `stream.rs` in `npm/wasm/parser/src`, `tell_parser` in `parser.rs`.

// What the parser writes in place of an offset: the id is the same as with the event before, and the value does not lie in
// the text and is to be asked for. Of an event without an `id` field the end of the id is the first one.
export const UNCHANGED = 0xffffffff;
export const OUT_OF_LINE = 0xfffffffe;

// What the parser writes: the text's offsets in the chunk, what has come that nobody listens to, the reconnection time where
// the server has set it, and where in memory the last event's data and the last event id lie that are out of line; then of
// each event the number of its name, the offsets of its data and of its id in the text, and where it ends in the chunk.
export const UNLISTENED_AT = 2;
export const RETRY_AT = 3;
export const NO_RETRY = 0xffffffff;
export const DATA_AT = 4;
export const ID_AT = 6;
export const HEADER = 8;
export const RECORD = 6;

// What the parser is told.
export const LISTEN = 0;
export const UNLISTEN = 1;
export const GO_BACK = 2;
export const PUSH = 3;

// What may have come that nobody listens to.
export const UNLISTENED_EVENT = 2;
export const TOO_LARGE = 3;
