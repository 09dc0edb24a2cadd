// @ts-check
// The numbers that JavaScript and the WebAssembly pass to each other. The Rust code has the same numbers, in the
// files of `npm/wasm` that are named here.

// Inputs of a session: `input` in `numbers.rs`.
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
export const INPUT_POSTPONED = 14;
export const INPUT_HELD_BACK = 15;
export const INPUT_RECONNECT = 22;
export const INPUT_PAUSE = 23;
export const INPUT_RESUME = 24;
export const INPUT_HIDDEN = 25;
export const INPUT_VISIBLE = 26;
export const INPUT_WOKEN = 27;
export const INPUT_REQUESTED = 21;

export const INPUT_REFRESHING = 28;
export const INPUT_REFRESHED = 29;
export const INPUT_REFRESH_FAILED = 30;
export const INPUT_EXPIRES_IN = 31;
export const INPUT_RENEWED = 32;
export const INPUT_RENEWAL_FAILED = 33;

// More inputs: `tell_session` in `session.rs`.
export const INPUT_UNLISTENED = 16;
export const INPUT_NOTE_LAST_EVENT_ID = 17;
export const INPUT_TRACK_IDS = 18;
export const INPUT_EVENT = 19;
export const INPUT_COUNT = 20;

// Flags of `INPUT_EVENT`: `event` in `numbers.rs`.
export const HAS_ID_FIELD = 2;
export const HAS_NO_ID_FIELD = 4;
export const IS_TERMINAL_EVENT = 8;
export const IS_TERMINAL_DATA = 16;
export const IS_FAILURE_EVENT = 32;

// Flags of `INPUT_BODY_ENDED`, beside those that say what is terminal: `input` in `numbers.rs`.
export const IS_WHOLE = 1;
export const IS_UNFINISHED = 2;

// What to do with an event, and the shift of the other half of the result: `tell_session` in `session.rs`.
export const OUTCOME_POLL = 2;
export const OUTCOME_MASK = 3;
export const OUTCOME_BITS = 2;

// The detail of `INPUT_LOST`, if it is not an HTTP status: `loss` in `numbers.rs`.
export const LOSS_BROWSER_RECONNECTS = 0;
export const LOSS_REESTABLISH = 1;
export const LOSS_OTHER = 2;
export const LOSS_CONTENT_TYPE = 3;
export const LOSS_HOPELESS = 4;
export const LEAST_STATUS = 100;

// Outputs: `Numbers` in `numbers.rs`.
export const OUTPUT_NOTHING = 0;
export const OUTPUT_CONNECT = 1;
export const OUTPUT_DISCONNECT = 2;
export const OUTPUT_DELIVER = 3;
export const OUTPUT_GAP = 4;
export const OUTPUT_DECIDE = 5;
export const OUTPUT_REPORT = 6;
export const OUTPUT_STATE = 7;
export const OUTPUT_ATTEMPT = 9;
export const OUTPUT_REFRESH = 10;
export const OUTPUT_RENEW = 11;
export const OUTPUT_HAND_OVER = 12;

// What follows a report: `Numbers::follows` in `numbers.rs`.
export const FOLLOWS_STATE = 1;
export const FOLLOWS_CLOSE = 2;

// What the session has to be told: `NumberedSession::wants` in `session.rs`.
export const WANTS_ACTIVITY = 1;
export const WANTS_IDS = 2;
export const WANTS_DECODED = 4;
export const WANTS_DIGESTS = 8;

// Failures: `Numbers::set_failure` in `numbers.rs`.
export const FAILURE_EARLIER = 1;
export const FAILURE_OPEN_TIMEOUT = 2;
export const FAILURE_IDLE = 3;
export const FAILURE_EVENT = 5;
export const FAILURE_UNFINISHED_EVENT = 6;
export const FAILURE_REFRESH_TIMEOUT = 7;

// Why a source has closed, and the limit that was reached: `Numbers::set_close_reason` in `numbers.rs`.
export const REASON_FINISHED = 0;
export const REASON_REQUESTED = 1;
export const REASON_DROPPED = 2;
export const REASON_FAILED = 3;
export const LIMIT_TOO_MANY = 1;
export const LIMIT_DOWN_TOO_LONG = 2;

// States: `Numbers::set_state` in `numbers.rs`.
/** In this state and those after it, a connection has failed. */
export const STATE_WAITING = 3;

// Attempts, in the order of `AttemptOutcome` and `AttemptReason` in `core/src/session/attempts.rs`.
export const ATTEMPT_REFUSED = 2;
export const ATTEMPT_FAILED = 3;
/** Of those before it, all but the first follow an error. */
export const ATTEMPT_RECONNECT = 3;

// Decisions: `input` in `numbers.rs`.
export const DECISION_AS_PROPOSED = 0;
export const DECISION_REOPEN = 2;

// The parser: `records.rs` and `stream.rs` in `npm/wasm/parser/src`, `tell_parser` in `parser.rs`.

// Values that the parser writes in place of an offset. `UNCHANGED`: the id is the same as that of the previous event.
// `OUT_OF_LINE`: the value does not lie in the text, and has to be fetched. If an event has no `id` field, the end of
// its id is `UNCHANGED`.
export const UNCHANGED = 0xffffffff;
export const OUT_OF_LINE = 0xfffffffe;

// The records of the parser. First: the place in memory of the text, the end of the array in it and how many elements that has, what
// arrived without listeners, the reconnection time if the server has set it, and the places in memory of the last event's data and of
// the last event id, if they are out of line, and of the name of an event that nobody listens to by its name. Then for each event: the
// number of its name, the offsets of its data and of its id in the text, and the offset of its end in the chunk.
export const TEXT_AT = 0;
export const ARRAY_AT = 2;
export const UNLISTENED_AT = 4;
export const RETRY_AT = 5;
export const NO_RETRY = 0xffffffff;
export const DATA_AT = 6;
export const ID_AT = 8;
export const NAME_AT = 10;
export const HEADER = 12;
export const RECORD = 6;

// Inputs of the parser.
export const LISTEN = 0;
export const UNLISTEN = 1;
export const GO_BACK = 2;
export const PUSH = 3;
export const LOOK_FOR = 4;
export const END = 5;
export const LISTEN_TO_ALL = 6;
export const UNHEARD = 7;

// What may have arrived without listeners.
export const UNLISTENED_EVENT = 2;
export const TOO_LARGE = 3;
export const TERMINAL_DATA = 4;
