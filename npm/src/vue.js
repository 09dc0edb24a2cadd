// @ts-check
import { customRef, getCurrentInstance, onMounted, onScopeDispose, toValue, watch } from "vue";
import { keyOf } from "./frameworks/component-options.js";
import { ComponentSource, fields } from "./frameworks/component-source.js";

/** @param {any} url @param {any} [options] */
export function useEventSource(url, options = {}) {
  /** @type {{ [name: string]: () => void }} */
  const triggers = {};
  const component = new ComponentSource((name) => triggers[name](), toValue(url), toValue(options));
  const start = () => {
    const read = () => {
      const [to, init] = [toValue(url), toValue(options)];
      return /** @type {const} */ ([to, init, keyOf(to, init)]);
    };
    watch(read, ([to, init]) => component.update(to, init), { immediate: true });
  };
  // On a server, no component is mounted.
  if (getCurrentInstance()) onMounted(start);
  else start();
  onScopeDispose(() => component.stop());
  const refs = fields((name) =>
    customRef((track, trigger) => {
      triggers[name] = trigger;
      return {
        get() {
          track();
          component.reads(name);
          return component.view[name];
        },
        set() {},
      };
    }),
  );
  return { ...refs, open: component.open, close: component.close };
}
