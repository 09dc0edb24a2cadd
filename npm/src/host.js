// @ts-check
// Where sources live: the browser, or what a test puts in its place.

/** @typedef {import("./audience.js").Subscription} Subscription */
/** @typedef {import("./error.js").EventSourceError} EventSourceError */
/** @typedef {import("./index.js").State} State */
/** @typedef {import("./inputs.js").Input} Input */
/** @typedef {import("./options.js").Settings} Settings */
/** @typedef {import("./typed-event.js").EventMeta} EventMeta */

/**
 * What a transport tells of its connection, though never from within its making. The answer is whether others are to have
 * a turn of the event loop before the next event.
 *
 * @typedef {{
 *   receive: (input: Input) => boolean,
 *   receiveEvent: (subscription: Subscription, data: string, meta: EventMeta, hasIdField?: boolean, isPart?: boolean) => boolean,
 *   tellLast: (error: EventSourceError) => unknown,
 * }} Link
 *
 * What carries the events. Its `state` is where the connection stands that it joins; its `lastEventId` what it knows
 * beside the events.
 *
 * @typedef {{
 *   readonly lastEventId?: string,
 *   readonly state?: State,
 *   listen: (subscription: Subscription) => void,
 *   unlisten: (subscription: Subscription) => void,
 *   trackIds?: () => void,
 *   close: () => void,
 * }} Transport
 */

/**
 * Time, randomness, the network's coming and going, and where to report errors that nobody listens to. `after` tells its
 * callback by how many milliseconds it is late; both it and `onNetwork` answer with what undoes them.
 *
 * @typedef {{
 *   now: () => number,
 *   random: () => number,
 *   after: (delay: number, callback: (late: number) => void) => () => void,
 *   isOffline: (url: string) => boolean,
 *   onNetwork: (url: string, callback: (isOnline: boolean) => void) => () => void,
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
 *   connect: (url: string, settings: Settings, lastEventId: string, link: Link) => Transport,
 * }} TestBackend
 */

/** The one that is asked first comes first. @type {TestBackend[]} */
export const testBackends = [];

/** The machine itself is there without a network too. @param {string} url */
const isLoopback = (url) => /^(.+\.)?localhost\.?$|^127\.[\d.]+$|^\[::1\]$/.test(new URL(url).hostname);

/** @type {Host} */
export const browser = {
  now: () => performance.now(),
  random: () => Math.random(),
  after(delay, callback) {
    // By the wall clock: that of `performance` stops on some platforms while the machine sleeps.
    const due = Date.now() + delay;
    const timer = setTimeout(() => callback(Math.max(Date.now() - due, 0)), delay);
    return () => clearTimeout(timer);
  },
  isOffline: (url) => globalThis.navigator?.onLine === false && !isLoopback(url),
  onNetwork(url, callback) {
    const names = isLoopback(url) ? ["online"] : ["online", "offline"];
    const listener = (/** @type {Event} */ { type }) => callback(type === "online");
    for (const name of names) globalThis.addEventListener?.(name, listener);
    return () => names.forEach((name) => globalThis.removeEventListener?.(name, listener));
  },
  report: (error) => console.error("typed-eventsource:", error),
  shared: new Map(),
};
