// @ts-check
"use client";

import { useEffect, useLayoutEffect, useMemo, useState, useSyncExternalStore } from "react";
import { componentSource, firstView } from "./frameworks/component-source.js";
import { setUpOf } from "./frameworks/set-up.js";

// React 18 warns of a layout effect on a server.
const useCommitEffect = globalThis.document ? useLayoutEffect : useEffect;

/** @param {import("./frameworks/types.js").SourceUrl} url @param {import("./frameworks/types.js").AnyOptions} [options] */
export function useEventSource(url, options = {}) {
  const [{ component, subscribe, viewOf }] = useState(() => {
    let notify = () => {};
    const component = componentSource(() => notify(), url, options);
    return {
      component,
      viewOf: () => component.view,
      subscribe(/** @type {() => void} */ callback) {
        notify = callback;
        return () => {
          notify = () => {};
        };
      },
    };
  });
  const { text } = setUpOf(url, options);
  const view = useSyncExternalStore(subscribe, viewOf, viewOf);
  useCommitEffect(() => component.update(url, options));
  useEffect(() => {
    // When this runs once more, as after a hot reload, the source was closed after the effect above.
    component.update(url, options);
    return component.stop;
  }, [component]);
  return useMemo(() => {
    // Before the effect, the component still has the source of the render before.
    const shown = text === component.text ? view : firstView(url, options);
    return component.handle((name) => ({ get: () => component.read(name, shown) }));
  }, [component, text, view]);
}
