// @ts-check
// The inputs of a connection.

import { STATES } from "./names.js";
import {
  INPUT_BODY_ENDED,
  INPUT_EXPIRES_IN,
  INPUT_FINISHED,
  INPUT_HELD_BACK,
  INPUT_LOST,
  INPUT_OPENED,
  INPUT_OVERFLOWED,
  INPUT_PAUSE,
  INPUT_REFRESHED,
  INPUT_REFRESH_FAILED,
  INPUT_RELAYED_STATE,
  INPUT_REQUESTED,
  INPUT_RESUME,
  INPUT_RETRY,
  INPUT_TIMEOUT,
  IS_UNFINISHED,
  IS_WHOLE,
  LEAST_STATUS,
  LOSS_BROWSER_RECONNECTS,
  LOSS_CONTENT_TYPE,
  LOSS_HOPELESS,
  LOSS_OTHER,
  LOSS_REESTABLISH,
} from "./numbers.js";

/** @typedef {import("./error.js").EventSourceError} EventSourceError */
/** @typedef {import("./index.js").ResponseHead} ResponseHead */

/**
 * An input that the session is told in numbers. The error, the unfinished event and the response stay in the body.
 *
 * @typedef {{
 *   type: number,
 *   detail?: number,
 *   time?: number,
 *   failures?: number,
 *   error?: EventSourceError,
 *   unfinished?: import("./index.js").TypedEvent<string>,
 *   response?: ResponseHead,
 * }} SessionInput
 *
 * Something that nobody listens to: an event, or else (`isEvent` is false) a comment, an `id` without an event, or a part of anything.
 * With the last event id, if it may have changed.
 *
 * @typedef {{ type: 16, isEvent: boolean, lastEventId?: string }} UnlistenedInput
 *
 * A function that runs in its turn, since there may be other listeners by that time. If it returns an input, that is
 * handled next.
 *
 * @typedef {(connection: import("./connection.js").Connection) => Input | void} DeferredInput
 *
 * @typedef {SessionInput | UnlistenedInput | DeferredInput} Input
 */

// All inputs with the same `type` have the same fields in the same order, so that engines compile their handlers for one shape.

/**
 * @param {number} type
 * @param {number} [time]
 * @param {EventSourceError} [error]
 * @param {number} [detail]
 * @param {number} [failures]
 * @returns {SessionInput}
 */
const input = (type, time, error, detail, failures) => ({ type, time, error, detail, failures });

/** The user's function has answered, and a request is sent next. @param {boolean} isSafe */
export const requested = (isSafe) => input(INPUT_REQUESTED, undefined, undefined, Number(isSafe));

/** @param {ResponseHead} [response] What the server has answered with; the browser's own source does not say. @returns {SessionInput} */
export const opened = (response) => ({ ...input(INPUT_OPENED), response });

/** The server has set the reconnection time. @param {number} time */
export const retry = (time) => input(INPUT_RETRY, time);

/** The connection was lost, and the browser reconnects. @param {EventSourceError} error */
export const browserReconnects = (error) => input(INPUT_LOST, undefined, error, LOSS_BROWSER_RECONNECTS);

/** The standard's "reestablish the connection". @param {EventSourceError} error */
export const reestablish = (error) => input(INPUT_LOST, undefined, error, LOSS_REESTABLISH);

/** @type {{ [code: string]: number }} */
const CLASSES = {
  blocked: LOSS_HOPELESS,
  "content-type": LOSS_CONTENT_TYPE,
  "event-too-large": LOSS_HOPELESS,
  "invalid-option": LOSS_HOPELESS,
  "invalid-request": LOSS_HOPELESS,
  internal: LOSS_HOPELESS,
  request: LOSS_REESTABLISH,
  unsupported: LOSS_HOPELESS,
};

/** The standard's "fail the connection", unless the function failed that is asked for the request. @param {EventSourceError} error */
export const failed = (error) => {
  const { code, status, retryAfter } = /** @type {import("./error.js").Details} */ (error);
  // An opaque response has status 0.
  const isStatus = code === "status" && status !== undefined && status >= LEAST_STATUS;
  return input(INPUT_LOST, retryAfter, error, isStatus ? status : (CLASSES[code] ?? LOSS_OTHER));
};

/**
 * The response has ended. If more was to come, `error` is what is reported.
 *
 * @param {EventSourceError} error
 * @param {boolean} isWhole Whether it is complete by HTTP, and has not broken off.
 * @param {import("./index.js").TypedEvent<string>} [unfinished] What had arrived of an event that was not at its end.
 */
export const bodyEnded = (error, isWhole, unfinished) => ({
  ...input(INPUT_BODY_ENDED, undefined, error, (isWhole ? IS_WHOLE : 0) | (unfinished ? IS_UNFINISHED : 0)),
  unfinished,
});

/** The server wants no further attempt. */
export const finished = input(INPUT_FINISHED);

/** What the server has refused is refreshed. */
export const refreshed = input(INPUT_REFRESHED);

/** @param {EventSourceError} error */
export const refreshFailed = (error) => input(INPUT_REFRESH_FAILED, undefined, error);

/** What the connection was made with expires. @param {number} time In how many milliseconds. */
export const expiresIn = (time) => input(INPUT_EXPIRES_IN, time);

/** @param {number} lateBy In milliseconds. */
export const timeout = (lateBy) => input(INPUT_TIMEOUT, lateBy);

/** What happens to the page and its network, by the number of the input. @param {number} type */
export const change = (type) => input(type);

/**
 * What the user asks for: to pause, to resume, or to reconnect. A source that has joined a shared connection leaves it while it is
 * paused. The other two are for the shared connection then.
 *
 * @param {number} type
 * @returns {DeferredInput}
 */
export const asked =
  (type) =>
  ({ transport }) =>
    type !== INPUT_PAUSE && transport?.ask ? transport.ask(type) : input(type);

/** The page may have paused the shared connection, which a source that was paused has just joined again. @type {DeferredInput} */
export const resumesJoined = ({ transport }) => transport?.ask?.(INPUT_RESUME);

/** A queue that may drop nothing is full. @param {EventSourceError} error */
export const overflowed = (error) => input(INPUT_OVERFLOWED, undefined, error);

/** Whether the response is held back (read no further until a queue has room), or read on. @param {boolean} isHeldBack */
export const heldBack = (isHeldBack) => input(INPUT_HELD_BACK, undefined, undefined, Number(isHeldBack));

/** The state of a shared connection. @param {import("./index.js").State} state @returns {SessionInput} */
export const relayedState = (state) => {
  const { attempt, retryIn, response } = /** @type {{ attempt?: number, retryIn?: number, response?: ResponseHead }} */ (state);
  return { ...input(INPUT_RELAYED_STATE, retryIn, undefined, STATES.indexOf(state.type), attempt), response };
};
