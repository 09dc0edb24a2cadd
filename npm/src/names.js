// @ts-check
// What some of the numbers in `numbers.js` are called, each at its number. They are in a separate module, since bundlers put the numbers
// themselves where they are used.

/** Why a source has closed, except the last reason. */
export const REASONS = /** @type {const} */ (["finished", "requested", "dropped"]);

export const STATES = ["connecting", "open", "paused", "waiting", "offline"];

// Attempts, in the order of `AttemptOutcome` and `AttemptReason` in `core/src/session/attempts.rs`.
export const ATTEMPT_OUTCOMES = ["opened", "finished", "refused", "failed", "aborted"];
export const ATTEMPT_REASONS = ["first", "reconnection", "woken", "reconnect", "resumed", "refreshed", "renewed"];

/** What to do at a limit: `set_options` in `numbers.rs`. */
export const ACTIONS = ["close", "reopen", "keep-waiting"];

export const DECISIONS = ["as-proposed", "keep-waiting", "reopen", "close"];
