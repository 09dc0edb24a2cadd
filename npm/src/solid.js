// @ts-check
import { createEffect, createSignal, onCleanup, untrack } from "solid-js";
import { keyOf } from "./frameworks/component-options.js";
import { ComponentSource, fields } from "./frameworks/component-source.js";

/** @param {any} value */
const read = (value) => (typeof value === "function" ? value() : value);

/** @param {any} url @param {any} [options] */
export function createEventSource(url, options = {}) {
  /** @type {{ [name: string]: () => void }} */
  const triggers = {};
  const component = untrack(() => new ComponentSource((name) => triggers[name](), read(url), read(options)));
  // On a server, no effect runs.
  createEffect(() => {
    const [to, init] = [read(url), read(options)];
    keyOf(to, init);
    untrack(() => component.update(to, init));
  });
  onCleanup(() => component.stop());
  const accessors = fields((name) => {
    const [track, trigger] = createSignal(undefined, { equals: false });
    triggers[name] = () => trigger(undefined);
    return () => {
      track();
      component.reads(name);
      return component.view[name];
    };
  });
  return { ...accessors, open: component.open, close: component.close };
}
