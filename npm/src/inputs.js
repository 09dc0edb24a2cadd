// @ts-check
// What a connection is told.

import { connectionLost } from "./error.js";
import {
  INPUT_BODY_ENDED, INPUT_FINISHED, INPUT_LOST, INPUT_OFFLINE, INPUT_ONLINE, INPUT_OPENED, INPUT_OVERFLOWED, INPUT_RELAYED_STATE,
  INPUT_RETRY, INPUT_TIMEOUT, LEAST_STATUS, LOSS_BROWSER_RECONNECTS, LOSS_CONTENT_TYPE, LOSS_HOPELESS, LOSS_OTHER, LOSS_REESTABLISH,
  STATES,
} from "./numbers.js";

/** @typedef {import("./audience.js").Subscription} Subscription */
/** @typedef {import("./error.js").EventSourceError} EventSourceError */
/** @typedef {import("./typed-event.js").EventMeta} EventMeta */

/**
 * Numbers for the session, and what only the body knows.
 *
 * @typedef {{
 *   type: number,
 *   detail?: number,
 *   time?: number,
 *   failures?: number,
 *   error?: EventSourceError,
 * }} SessionInput
 *
 * An event that somebody listens to. Its data may be a part of a longer text, which it keeps in memory.
 *
 * @typedef {{
 *   type: 19,
 *   subscription: Subscription,
 *   data: string,
 *   meta: EventMeta,
 *   hasIdField?: boolean,
 *   isPart?: boolean,
 * }} EventInput
 *
 * An event that nobody listens to, or a comment, and the last event id where it may have changed.
 *
 * @typedef {{ type: 16, isEvent: boolean, lastEventId?: string }} UnlistenedInput
 *
 * What a shared connection has found.
 *
 * @typedef {{ type: 102, tell: (connection: import("./connection.js").Connection) => void }} RelayedInput
 *
 * What is made when its turn comes: by then others may listen.
 *
 * @typedef {{ type: 103, make: () => Input | undefined }} DeferredInput
 *
 * @typedef {SessionInput | EventInput | UnlistenedInput | RelayedInput | DeferredInput} Input
 */

export const opened = { type: INPUT_OPENED };

/** The server has set the reconnection time. @param {number} time */
export const retry = (time) => ({ type: INPUT_RETRY, time });

/** The connection was lost, and the browser reconnects. @param {EventSourceError} error */
export const browserReconnects = (error) => ({ type: INPUT_LOST, error, detail: LOSS_BROWSER_RECONNECTS });

/** The standard's "reestablish the connection". @param {EventSourceError} error */
export const reestablish = (error) => ({ type: INPUT_LOST, error, detail: LOSS_REESTABLISH });

/** @type {{ [code: string]: number }} */
const CLASSES = {
  "content-type": LOSS_CONTENT_TYPE,
  "event-too-large": LOSS_HOPELESS,
  "invalid-request": LOSS_HOPELESS,
  internal: LOSS_HOPELESS,
};

/**
 * The standard's "fail the connection".
 *
 * @param {EventSourceError} error
 * @param {number} [time] When the server wants to be asked again, in milliseconds.
 */
export const failed = (error, time) => {
  const { code, status } = /** @type {import("./error.js").Details} */ (error);
  // An opaque response has status 0.
  const isStatus = code === "status" && status !== undefined && status >= LEAST_STATUS;
  return { type: INPUT_LOST, error, detail: isStatus ? status : CLASSES[code] ?? LOSS_OTHER, time };
};

/** The response has ended: an error, unless the request is sent once and has no terminal event or data. @param {string} url */
export const bodyEnded = (url) => ({ type: INPUT_BODY_ENDED, error: connectionLost(url, "the server ended the stream") });

/** The server wants no other attempt. */
export const finished = { type: INPUT_FINISHED };

/** @param {number} late In milliseconds. */
export const timeout = (late) => ({ type: INPUT_TIMEOUT, time: late });

/** @param {boolean} isOnline */
export const network = (isOnline) => ({ type: isOnline ? INPUT_ONLINE : INPUT_OFFLINE });

/** A queue is full from which nothing may be dropped. @param {EventSourceError} error */
export const overflowed = (error) => ({ type: INPUT_OVERFLOWED, error });

/** Where a shared connection stands. @param {import("./index.js").State} state */
export const relayedState = (state) => {
  const { attempt, retryIn } = /** @type {{ attempt?: number, retryIn?: number }} */ (state);
  return { type: INPUT_RELAYED_STATE, detail: STATES.indexOf(state.type), time: retryIn, failures: attempt };
};
