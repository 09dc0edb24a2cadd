// @ts-check
// The host of sources: the browser, or a test's replacement for it.

import { wasm } from "./init.js";
import { INPUT_HIDDEN, INPUT_OFFLINE, INPUT_ONLINE, INPUT_VISIBLE, INPUT_WOKEN } from "./numbers.js";

/** @typedef {import("./audience.js").Subscription} Subscription */
/** @typedef {import("./error.js").EventSourceError} EventSourceError */
/** @typedef {import("./index.js").State} State */
/** @typedef {import("./inputs.js").Input} Input */
/** @typedef {import("./options.js").Settings} Settings */
/** @typedef {import("./typed-event.js").EventMeta} EventMeta */

/**
 * The methods by which a transport reports to its connection, though never while it is being created. They return
 * whether to yield to the event loop before the next event. A transport that listens to all events makes a subscription
 * for one whose name has none. It hints at the name of an event that nobody listens to. It says when it asks the server. The `number`
 * of the attempt counts from 1; the `error` has ended the attempt before.
 *
 * @typedef {{
 *   number: number,
 *   error: EventSourceError | undefined,
 *   receive: (input: Input) => boolean,
 *   receiveEvent: (subscription: Subscription, data: string, meta: EventMeta, hasIdField?: boolean, isSlice?: boolean, value?: unknown) => boolean,
 *   tellClosingError: (error: EventSourceError) => unknown,
 *   newSubscription: (name: string) => Subscription,
 *   hint: (name: string) => void,
 *   tally: Tally,
 *   asks: () => void,
 * }} Link
 *
 * What transports count: the events that somebody listens to, and the bytes of the responses. The last event arrived `at` this time.
 * Over the browser's own transport the event itself says when.
 *
 * @typedef {{ events: number, bytes: number, at?: number }} Tally
 *
 * A transport carries the events. Its `state` and its `stats` are those of the connection that it joins. Its `lastEventId` is an id
 * that it knows without an event, its `url` the one that it asks. It may have counted events that it has yet to hand over (`ahead`).
 * While it is held back, it reads no further. A shared one can be asked to resume or reconnect.
 *
 * @typedef {{
 *   readonly lastEventId?: string,
 *   readonly state?: State,
 *   readonly stats?: import("./index.js").Stats,
 *   readonly url?: string,
 *   readonly ahead?: number,
 *   readonly role?: import("./index.js").Role,
 *   readonly tabs?: number,
 *   listen: (subscription: Subscription) => void,
 *   unlisten: (subscription: Subscription) => void,
 *   trackIds?: () => void,
 *   listenToAll?: (listensToAll: boolean) => void,
 *   holdBack?: (isHeldBack: boolean) => void,
 *   ask?: (input: number) => void,
 *   close: () => void,
 * }} Transport
 */

/**
 * A clock, whose times are also had as milliseconds since 1970 (`wallTime`), timers, random numbers, changes of the network, and places
 * for errors that nobody listens to and for hints. `after`
 * calls back with how many milliseconds late it is. `report` also gets how many errors of the same kind were left out since the last
 * one. `openWait` returns how many milliseconds a source has to wait before it may open a URL; 0 if it opens it now. `after` and
 * `onChange` return a function that cancels them. `onChange` calls back with the number of the input, and also when the page is hidden
 * or seen if `seesPage` says so.
 *
 * @typedef {{
 *   now: () => number,
 *   wallTime: (now: number) => number,
 *   random: () => number,
 *   after: (delay: number, callback: (lateBy: number) => void) => () => void,
 *   openWait: (url: string) => number,
 *   isOffline: (url: string) => boolean,
 *   isHidden: () => boolean,
 *   onChange: (url: string, seesPage: boolean, callback: (input: number) => void) => () => void,
 *   report: (error: Error, unwritten: number) => void,
 *   hint: (message: string) => void,
 *   shared: Map<string, any>,
 * }} Host
 */

/**
 * A replacement for the browser and its network.
 *
 * @typedef {{
 *   host: Host,
 *   base: string,
 *   serves: (url: string) => boolean,
 *   connect: (url: string, settings: Settings, lastEventId: string, link: Link) => Transport,
 * }} TestBackend
 */

/** The backend to ask first comes first. @type {TestBackend[]} */
export const testBackends = [];

/** Resolves after this time. @param {number} ms */
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Calls back at each event of this type of the window or worker. Returns a function that ends this.
 *
 * @param {string} type
 * @param {(event: any) => void} callback
 */
export function onGlobal(type, callback) {
  // Some events of the document do not bubble. Cloudflare Workers refuse to capture.
  const isCapture = "document" in globalThis;
  globalThis.addEventListener?.(type, callback, isCapture);
  return () => globalThis.removeEventListener?.(type, callback, isCapture);
}

/** Whether the URL is on this machine, which needs no network. @param {string} url */
const isLoopback = (url) => /^(.+\.)?localhost\.?$|^127\.[\d.]+$|^\[::1\]$/.test(new URL(url).hostname);

/** For each URL that was opened of late: when a whole burst of its sources may open. @type {Map<string, number>} */
const openRates = new Map();

let hasWarned = false;

/** @type {Host} */
export const browser = {
  now: () => performance.now(),
  wallTime: (at) => Math.round(Date.now() - performance.now() + at),
  random: () => Math.random(),
  after(delay, callback) {
    // By the wall clock, because `performance.now` stops on some platforms while the machine sleeps.
    const due = Date.now() + delay;
    const timer = setTimeout(() => callback(Math.max(Date.now() - due, 0)), delay);
    return () => clearTimeout(timer);
  },
  openWait(url) {
    const now = performance.now();
    for (const [known, recoversAt] of openRates) if (recoversAt < now) openRates.delete(known);
    const recoversAt = wasm.openAtRate(openRates.get(url) ?? now, now);
    if (recoversAt > 0) {
      openRates.set(url, recoversAt);
      return 0;
    }
    if (!hasWarned) {
      hasWarned = true;
      console.error(
        `typed-eventsource: 20 sources of ${url} have opened within seconds, and further ones now open one a second.`,
        "A component that opens a source at each render does this: open it once, and keep it.",
      );
    }
    return -recoversAt;
  },
  isOffline: (url) => globalThis.navigator?.onLine === false && !isLoopback(url),
  isHidden: () => globalThis.document?.visibilityState === "hidden",
  onChange(url, seesPage, callback) {
    const changes = {
      online: () => INPUT_ONLINE,
      offline: () => !isLoopback(url) && INPUT_OFFLINE,
      // After the page was frozen.
      resume: () => INPUT_WOKEN,
      // After it was in the back/forward cache.
      pageshow: (/** @type {PageTransitionEvent} */ { persisted }) => persisted && INPUT_WOKEN,
      ...(seesPage && { visibilitychange: () => (browser.isHidden() ? INPUT_HIDDEN : INPUT_VISIBLE) }),
    };
    const undos = Object.entries(changes).map(([type, inputOf]) =>
      onGlobal(type, (event) => {
        const input = inputOf(event);
        if (input) callback(input);
      }),
    );
    return () => undos.forEach((undo) => undo());
  },
  report: (error, unwritten) => console.error("typed-eventsource:", error, ...(unwritten ? [`(and ${unwritten} more of this kind)`] : [])),
  hint: (message) => console.info("typed-eventsource:", message),
  shared: new Map(),
};
