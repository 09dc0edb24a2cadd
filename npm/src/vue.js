// @ts-check
import { customRef, getCurrentInstance, onMounted, onScopeDispose, toValue, watch } from "vue";
import { componentSource } from "./frameworks/component-source.js";
import { setUpOf } from "./frameworks/set-up.js";

/** @param {any} url @param {any} [options] */
export function useEventSource(url, options = {}) {
  /** @type {{ [name: string]: () => void }} */
  const triggers = {};
  /** @returns {[any, any]} */
  const read = () => [toValue(url), toValue(options)];
  const component = componentSource((name) => triggers[name](), ...read());
  // Reads all of the options, so that a change of any of them is noticed.
  const start = () =>
    watch(
      () => setUpOf(...read()),
      () => component.update(...read()),
      { immediate: true },
    );
  // On a server, no component is mounted.
  if (getCurrentInstance()) onMounted(start);
  else start();
  onScopeDispose(component.stop);
  return component.handle((name) => ({
    value: customRef((track, trigger) => {
      triggers[name] = trigger;
      return {
        get() {
          track();
          return component.read(name);
        },
        set() {},
      };
    }),
  }));
}
