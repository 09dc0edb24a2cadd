// @ts-check
import { reportException } from "./error.js";

/** @typedef {import("./host.js").Host} Host */

/** For each state `waiting`: its host, and when the wait is over by the host's clock. @type {WeakMap<object, { host: Host, until: number }>} */
const waits = new WeakMap();

/** Notes when a wait is over. @param {import("./index.js").State} state @param {Host} host */
export function noteWait(state, host) {
  if (state.type === "waiting" && state.retryIn !== undefined) waits.set(state, { host, until: host.now() + state.retryIn });
}

/** How much too early a timer may fire, in milliseconds. */
const TOLERANCE = 20;

/**
 * Calls back with the seconds that are left of a wait. Returns a function that ends this. It is not a method of the source, so that
 * bundlers leave it out of apps that do not use it.
 *
 * @param {Pick<import("./index.js").EventSource, "state" | "onState">} source
 * @param {(seconds: number | undefined) => void} handler
 */
export function onCountdown(source, handler) {
  let isCounting = false;
  let stop = () => {};
  const call = (/** @type {number | undefined} */ seconds) => {
    isCounting = seconds !== undefined;
    try {
      handler(seconds);
    } catch (exception) {
      reportException(exception);
    }
  };
  const count = () => {
    const wait = waits.get(source.state);
    if (!wait) return;
    const left = wait.until - wait.host.now();
    const seconds = Math.ceil((left - TOLERANCE) / 1000);
    if (seconds <= 0) return;
    stop = wait.host.after(left - (seconds - 1) * 1000, count);
    call(seconds);
  };
  const undo = source.onState(({ type }) => {
    stop();
    if (type === "waiting") count();
    else if (isCounting) call(undefined);
  });
  // It may wait already.
  stop = waits.get(source.state)?.host.after(0, count) ?? stop;
  return () => {
    stop();
    undo();
  };
}
