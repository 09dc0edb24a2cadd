// @ts-check
import { onMount, untrack } from "svelte";
import { createSubscriber } from "svelte/reactivity";
import { toStore } from "svelte/store";
import { keyOf } from "./frameworks/component-options.js";
import { ComponentSource, fields } from "./frameworks/component-source.js";

/** @param {any} value */
const read = (value) => (typeof value === "function" ? value() : value);

/** @param {any} url @param {any} [options] */
export function createEventSource(url, options = {}) {
  /** @type {{ [name: string]: () => void }} */
  const updates = {};
  const component = untrack(() => new ComponentSource((name) => updates[name]?.(), read(url), read(options)));
  onMount(() => {
    const store = toStore(() => {
      const [to, init] = [read(url), read(options)];
      return /** @type {const} */ ([to, init, keyOf(to, init)]);
    });
    const undo = store.subscribe(([to, init]) => untrack(() => component.update(to, init)));
    return () => {
      undo();
      component.stop();
    };
  });
  const properties = fields((name) => {
    const subscribe = createSubscriber((update) => {
      updates[name] = update;
      return () => delete updates[name];
    });
    return {
      enumerable: true,
      get() {
        subscribe();
        component.reads(name);
        return component.view[name];
      },
    };
  });
  return Object.defineProperties({ open: component.open, close: component.close }, properties);
}
