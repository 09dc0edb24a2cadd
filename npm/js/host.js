// @ts-check
// Where sources live: the browser, or what a test puts in its place.

/** @typedef {import("./connection.js").Connection} Connection */
/** @typedef {import("./connection.js").Transport} Transport */
/** @typedef {import("./typed-event.js").Settings} Settings */

/**
 * Time, dice, the network's return, and where to say what nobody hears. `after` tells its callback by how many
 * milliseconds it is late; both it and `onOnline` answer with what undoes them.
 *
 * @typedef {{
 *   now: () => number,
 *   random: () => number,
 *   after: (delay: number, callback: (late: number) => void) => () => void,
 *   onOnline: (callback: () => void) => () => void,
 *   report: (error: Error) => void,
 *   shared: Map<string, any>,
 * }} Host
 */

/**
 * What stands in for the browser and its network.
 *
 * @typedef {{
 *   host: Host,
 *   base: string,
 *   serves: (url: string) => boolean,
 *   connect: (url: string, settings: Settings, lastEventId: string, connection: Connection) => Transport,
 * }} StandIn
 */

/** The one that is asked first comes first. @type {StandIn[]} */
export const standIns = [];

/** @type {Host} */
export const browser = {
  now: () => performance.now(),
  random: () => Math.random(),
  after(delay, callback) {
    // The time of day goes on while a machine sleeps, which that of `performance` does not everywhere.
    const due = Date.now() + delay;
    const timer = setTimeout(() => callback(Math.max(Date.now() - due, 0)), delay);
    return () => clearTimeout(timer);
  },
  onOnline(callback) {
    globalThis.addEventListener?.("online", callback);
    return () => globalThis.removeEventListener?.("online", callback);
  },
  report: (error) => console.error("typed-eventsource:", error),
  shared: new Map(),
};
