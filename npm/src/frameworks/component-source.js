// @ts-check
// A component's source: what the entries for React, Vue, Svelte and Solid share.

import { EventSource, onCountdown } from "typed-eventsource";
import { EventSourceError, invalidRequest, reportException } from "../error.js";
import { optionsOf, setUpOf } from "./set-up.js";

/** @typedef {import("./types.js").AnyOptions} Options */
/** @typedef {import("./types.js").SourceUrl} SourceUrl */
/** @typedef {import("./types.js").FeedView<any, any>} View */

/** What a component shows before its source has told anything. @param {SourceUrl} url @param {Options} options @returns {View} */
export const firstView = (url, { initial }) => ({
  latest: {},
  data: initial,
  state: { type: url == null ? "paused" : "connecting" },
  error: undefined,
  seconds: undefined,
  source: undefined,
});

/**
 * A source that is open as long as its component is there, and is replaced when the URL or the options change.
 *
 * @param {(name: keyof View) => void} notify Called when a field has changed that the component has read.
 * @param {SourceUrl} url
 * @param {Options} options
 */
export function componentSource(notify, url, options) {
  let view = firstView(url, options);
  /** What the source is set up by; `undefined` unless the component is there. @type {ReturnType<typeof setUpOf> | undefined} */
  let setUp;
  /** @type {Set<keyof View>} */
  const known = new Set();
  /** The functions that end the source and its listeners. @type {(() => void)[]} */
  let undos = [];

  /** @param {Partial<View>} changes */
  const show = (changes) => {
    view = { ...view, ...changes };
    for (const name of known) if (name in changes) notify(name);
  };

  /** @param {any} state */
  const enter = (state) => show({ state, error: state.type === "open" ? undefined : (state.reason?.error ?? view.error) });

  /** Listens to what is told only to a component that reads it. @param {keyof View} name */
  const listen = (name) => {
    const { source } = view;
    if (!source) return;
    if (name === "seconds") undos.push(onCountdown(source, (seconds) => show({ seconds })));
    if (name === "error")
      undos.push(
        source.onError((error) => {
          show({ error });
          options.onError?.(error);
        }),
      );
  };

  /** @param {any[]} events */
  const fold = (events) => {
    let { data, latest } = view;
    for (const event of events) {
      latest = { ...latest, [event.type]: event };
      try {
        if (options.fold) data = options.fold(data, event);
        options.onEvent?.(event);
      } catch (exception) {
        reportException(exception);
      }
    }
    show({ latest, data });
  };

  const open = () => {
    const { events, ...init } = optionsOf(/** @type {any} */ (setUp));
    try {
      const source = new EventSource(/** @type {string} */ (url), init);
      undos = [() => source.close()];
      undos.push(events ? source.onBatch(events, fold) : source.onBatch(fold), source.onState(enter));
      show({ source });
      known.forEach(listen);
      if (source.state.type !== "connecting") enter(source.state);
    } catch (exception) {
      end();
      const error = exception instanceof EventSourceError ? exception : invalidRequest(`${url}`, exception);
      enter({ type: "closed", reason: { type: "policy", error } });
      options.onError?.(error);
      // A component may read the error once it is there.
      queueMicrotask(() => known.has("error") || reportException(error));
    }
  };

  // What has gathered of a source is dropped before the source is closed.
  const end = () => {
    while (undos.length) undos.pop()?.();
  };

  const component = {
    get view() {
      return view;
    },

    get text() {
      return setUp?.text;
    },

    /** Reads a field, and has the component notified of its changes. @param {keyof View} name */
    read(name, from = view) {
      if (!known.has(name)) {
        known.add(name);
        listen(name);
      }
      return from[name];
    },

    /** Takes over the URL and the options that the component has now. @param {SourceUrl} nextUrl @param {Options} nextOptions */
    update(nextUrl, nextOptions, isClosed = false) {
      const next = setUpOf((url = nextUrl), (options = nextOptions));
      if (options.onError) component.read("error");
      if (!isClosed && setUp?.text === next.text) {
        setUp.parts = next.parts;
        return;
      }
      const isFirst = !setUp;
      component.stop();
      setUp = next;
      if (url != null) open();
      // At first, the component shows this already.
      if (!isFirst) show(view);
    },

    /** Closes the source. Nothing of it is heard from now on. */
    stop() {
      end();
      setUp = undefined;
      view = firstView(url, options);
    },

    /** What the component uses. @param {(name: keyof View) => PropertyDescriptor} describe Makes the property for a field of the view. @returns {any} */
    handle(describe) {
      const handle = {
        open: () => setUp && view.state.type === "closed" && component.update(url, options, true),
        close: () => view.source?.close(),
      };
      for (const name in view) Object.defineProperty(handle, name, { enumerable: true, ...describe(/** @type {any} */ (name)) });
      return handle;
    },
  };
  return component;
}
