// @ts-check
import { createEffect, createSignal, onCleanup, untrack } from "solid-js";
import { componentSource } from "./frameworks/component-source.js";
import { setUpOf } from "./frameworks/set-up.js";

/** @param {any} value */
const valueOf = (value) => (typeof value === "function" ? value() : value);

/** @param {any} url @param {any} [options] */
export function createEventSource(url, options = {}) {
  /** @type {{ [name: string]: (value: undefined) => void }} */
  const triggers = {};
  /** @returns {[any, any]} */
  const read = () => [valueOf(url), valueOf(options)];
  const component = untrack(() => componentSource((name) => triggers[name](undefined), ...read()));
  // On a server, no effect runs.
  createEffect(() => {
    // Reads all of the options, so that a change of any of them is noticed.
    setUpOf(...read());
    untrack(() => component.update(...read()));
  });
  onCleanup(component.stop);
  return component.handle((name) => {
    const [track, trigger] = createSignal(undefined, { equals: false });
    triggers[name] = trigger;
    return {
      value() {
        track();
        return component.read(name);
      },
    };
  });
}
