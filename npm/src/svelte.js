// @ts-check
import { onMount, untrack } from "svelte";
import { createSubscriber } from "svelte/reactivity";
import { toStore } from "svelte/store";
import { componentSource } from "./frameworks/component-source.js";
import { setUpOf } from "./frameworks/set-up.js";

/** @param {any} value */
const valueOf = (value) => (typeof value === "function" ? value() : value);

/** @param {any} url @param {any} [options] */
export function createEventSource(url, options = {}) {
  /** @type {{ [name: string]: () => void }} */
  const updates = {};
  /** @returns {[any, any]} */
  const read = () => [valueOf(url), valueOf(options)];
  const component = untrack(() => componentSource((name) => updates[name]?.(), ...read()));
  onMount(() => {
    // Reads all of the options, so that a change of any of them is noticed.
    const undo = toStore(() => setUpOf(...read())).subscribe(() => untrack(() => component.update(...read())));
    return () => {
      undo();
      component.stop();
    };
  });
  return component.handle((name) => {
    const subscribe = createSubscriber((update) => {
      updates[name] = update;
    });
    return {
      get() {
        subscribe();
        return component.read(name);
      },
    };
  });
}
