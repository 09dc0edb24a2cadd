// @ts-check
"use client";

import { useEffect, useLayoutEffect, useMemo, useState, useSyncExternalStore } from "react";
import { keyOf } from "./frameworks/component-options.js";
import { ComponentSource, fields, firstView } from "./frameworks/component-source.js";

// React 18 warns of a layout effect on a server.
const useCommitEffect = globalThis.document ? useLayoutEffect : useEffect;

/** @param {import("./frameworks/types.js").SourceUrl} url @param {import("./frameworks/types.js").AnyOptions} [options] */
export function useEventSource(url, options = {}) {
  const [{ component, subscribe, viewOf }] = useState(() => storeOf(url, options));
  const key = keyOf(url, options);
  const view = useSyncExternalStore(subscribe, viewOf, viewOf);
  useCommitEffect(() => component.update(url, options));
  useEffect(() => () => component.stop(), [component]);
  return useMemo(() => {
    // Before the effect, the component still has the source of the render before.
    const shown = key === component.key ? view : firstView(url, options);
    /** @param {keyof import("./frameworks/types.js").FeedView<any, any>} name */
    const property = (name) => ({ enumerable: true, get: () => (component.reads(name), shown[name]) });
    return Object.defineProperties({ open: component.open, close: component.close }, fields(property));
  }, [component, key, view]);
}

/** @param {import("./frameworks/types.js").SourceUrl} url @param {import("./frameworks/types.js").AnyOptions} options */
function storeOf(url, options) {
  /** @type {Set<() => void>} */
  const subscribers = new Set();
  const component = new ComponentSource(() => subscribers.forEach((notify) => notify()), url, options);
  return {
    component,
    viewOf: () => component.view,
    /** @param {() => void} notify */
    subscribe(notify) {
      subscribers.add(notify);
      return () => subscribers.delete(notify);
    },
  };
}
