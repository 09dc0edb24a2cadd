// @ts-check
// A component's source: what the entries for React, Vue, Svelte and Solid share.

import { EventSource, onCountdown } from "typed-eventsource";
import { EventSourceError, invalidRequest, reportException } from "../error.js";
import { keyOf, replace, replaceable } from "./component-options.js";

/** @typedef {import("./types.js").AnyOptions} Options */
/** @typedef {import("./types.js").SourceUrl} SourceUrl */
/** @typedef {import("./types.js").FeedView<any, any>} View */

const [CONNECTING, PAUSED] = /** @type {const} */ ([{ type: "connecting" }, { type: "paused" }]);
const NO_EVENTS = {};

/** What a component shows before its source has told anything. @param {SourceUrl} url @param {Options} options @returns {View} */
export const firstView = (url, { initial }) => ({
  latest: NO_EVENTS,
  data: initial,
  state: url == null ? PAUSED : CONNECTING,
  error: undefined,
  seconds: undefined,
  source: undefined,
});

/** An object that has something for each field of a view. @param {(name: keyof View) => unknown} make @returns {any} */
export const fields = (make) => Object.fromEntries(Object.keys(firstView(null, {})).map((name) => [name, make(/** @type {any} */ (name))]));

/** A source that is open as long as its component is there, and is replaced when the URL or the options change. */
export class ComponentSource {
  /** What the component shows. It is replaced when something of it changes. */
  view;
  /** By which it is known whether the URL or the options have changed; `undefined` before the component is there. @type {string | undefined} */
  key;

  #notify;
  #url;
  #options;
  /** The options of the source, whose functions are replaced by the latest ones. @type {any} */
  #init;
  /** The fields that the component has read. @type {Set<string>} */
  #read = new Set();
  /** The functions that end the listeners, by what they listen to. @type {{ [what: string]: () => void }} */
  #undos = {};

  /** @param {(name: keyof View) => void} notify Called when a field that was read has changed. @param {SourceUrl} url @param {Options} options */
  constructor(notify, url, options) {
    this.#notify = notify;
    this.#url = url;
    this.#options = options;
    this.view = firstView(url, options);
  }

  /** Takes over the URL and the options that the component has now. @param {SourceUrl} url @param {Options} options */
  update(url, options) {
    const key = keyOf(url, options);
    this.#options = options;
    if (key === this.key) {
      replace(this.#init, options);
      return this.#listen();
    }
    this.stop();
    this.key = key;
    this.#url = url;
    this.#open();
  }

  /** Closes the source. Nothing of it is heard from now on. */
  stop() {
    this.key = undefined;
    for (const what in this.#undos) this.#undos[what]();
    this.#undos = {};
    this.view.source?.close();
  }

  /** Notes that the component reads a field. @param {keyof View} name */
  reads(name) {
    if (this.#read.has(name)) return;
    this.#read.add(name);
    this.#listen();
  }

  open = () => {
    if (this.key === undefined || this.view.state.type !== "closed") return;
    const { key } = this;
    this.stop();
    this.key = key;
    this.#open();
  };

  close = () => this.view.source?.close();

  #open() {
    const { events, fold, initial, onEvent, onState, onError, onGap, onAttempt, ...init } = this.#options;
    /** @type {EventSource | undefined} */
    let source;
    const view = firstView(this.#url, this.#options);
    this.#init = replaceable(init);
    try {
      if (this.#url != null) source = new EventSource(this.#url, this.#init);
      this.#show({ ...view, source, ...(source && { state: source.state }) });
      this.#listen();
    } catch (exception) {
      for (const what in this.#undos) this.#undos[what]();
      source?.close();
      const error = exception instanceof EventSourceError ? exception : invalidRequest(`${this.#url}`, exception);
      this.#show({ ...view, state: { type: "closed", reason: { type: "policy", error } }, error });
      if (onError) onError(error);
      // A component may read the error once it is there.
      else queueMicrotask(() => this.#read.has("error") || reportException(error));
    }
  }

  /** Listens to what the component wants to know, and has not listened to yet. */
  #listen() {
    const { source } = this.view;
    if (!source) return;
    const options = this.#options;
    /** @param {string} what @param {unknown} isWanted @param {() => () => void} listen */
    const listenTo = (what, isWanted, listen) => {
      if (isWanted && !this.#undos[what]) this.#undos[what] = listen();
    };
    /** @param {"onEvent" | "onState" | "onError" | "onGap" | "onAttempt"} handler */
    const call = (handler) => (/** @type {any} */ argument) => this.#options[handler]?.(argument);
    const { events } = options;
    listenTo("onEvent", options.onEvent, () => {
      if (!events) return source.onAny(call("onEvent"));
      const undos = events.map((name) => source.on(name, call("onEvent")));
      return () => undos.forEach((undo) => undo());
    });
    listenTo("batches", true, () => {
      const fold = (/** @type {any[]} */ batch) => this.#fold(batch);
      return events ? source.onBatch(events, fold) : source.onBatch(fold);
    });
    listenTo("onState", true, () =>
      source.onState((state) => {
        const error = state.type === "closed" && state.reason.type === "policy" ? state.reason.error : this.view.error;
        this.#show({ state, error: state.type === "open" ? undefined : error });
        call("onState")(state);
      }),
    );
    listenTo("onError", options.onError || this.#read.has("error"), () =>
      source.onError((error) => {
        this.#show({ error });
        call("onError")(error);
      }),
    );
    listenTo("seconds", this.#read.has("seconds"), () => onCountdown(source, (seconds) => this.#show({ seconds })));
    listenTo("onGap", options.onGap, () => source.onGap(call("onGap")));
    listenTo("onAttempt", options.onAttempt, () => source.onAttempt(call("onAttempt")));
  }

  /** @param {any[]} events */
  #fold(events) {
    const { fold } = this.#options;
    let { data } = this.view;
    const latest = { ...this.view.latest };
    for (const event of events) {
      latest[event.type] = event;
      try {
        if (fold) data = fold(data, event);
      } catch (exception) {
        reportException(exception);
      }
    }
    this.#show({ latest, data });
  }

  /** @param {Partial<View>} changes */
  #show(changes) {
    const before = /** @type {any} */ (this.view);
    const changed = Object.entries(changes).filter(([name, value]) => !Object.is(before[name], value));
    if (!changed.length) return;
    this.view = { ...before, ...changes };
    for (const [name] of changed) if (this.#read.has(name)) this.#notify(/** @type {keyof View} */ (name));
  }
}
