// @ts-check
// What the modules of this folder use of the rest of the package. It is given to them before those are loaded that need it at once: to
// be imported from here, a bundler may take it out of the file that every page loads, which then compresses worse.

/** @type {typeof import("../connection.js").Connection} */
export let Connection;
/** @type {typeof import("../error.js").EventSourceError} */
export let EventSourceError;
/** @type {typeof import("../transport/yielder.js").Yielder} */
export let Yielder;
/** @type {typeof import("../error.js").asError} */
export let asError;
/** @type {typeof import("../session.js").askRule} */
export let askRule;
/** @type {typeof import("../inputs.js").change} */
export let change;
/** @type {typeof import("../digest.js").digestOf} */
export let digestOf;
/** @type {typeof import("../inputs.js").failed} */
export let failed;
/** @type {typeof import("../latest-function.js").identityOf} */
export let identityOf;
/** @type {typeof import("../sharing-key.js").keyOf} */
export let keyOf;
/** @type {typeof import("../refresher.js").refresherOf} */
export let refresherOf;
/** @type {typeof import("../inputs.js").relayedState} */
export let relayedState;
/** @type {typeof import("../error.js").reportException} */
export let reportException;
/** @type {typeof import("../url.js").resolve} */
export let resolve;

/** @param {typeof import("../package-parts.js").parts} parts */
export function use(parts) {
  [
    Connection,
    EventSourceError,
    Yielder,
    asError,
    askRule,
    change,
    digestOf,
    failed,
    identityOf,
    keyOf,
    refresherOf,
    relayedState,
    reportException,
    resolve,
  ] = parts;
}
