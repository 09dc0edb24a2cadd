// `typed-eventsource/svelte`.

import { flushSync, mount as mountComponent, unmount } from "svelte";
import { type Mounted, type Props, testComponents } from "./contract.ts";
import Prices from "./Prices.svelte";
import { reactive } from "./props.svelte.ts";

function mount(props: Props): Mounted {
  const target = document.createElement("p");
  const sources = reactive(props);
  let control = { open() {}, close() {} };
  let component: object | undefined = mountComponent(Prices, {
    target,
    props: {
      get source() {
        return sources.source;
      },
      onReady: (feed: typeof control) => (control = feed),
    },
  });
  flushSync();
  return {
    update(props) {
      sources.source = props;
      flushSync();
    },
    text: () => target.textContent?.trim() ?? "",
    async unmount() {
      if (component) await unmount(component);
      component = undefined;
    },
    open: () => control.open(),
    close: () => control.close(),
  };
}

testComponents(mount);
