// `typed-eventsource/solid`.

import { createEffect, createSignal } from "solid-js";
import { render } from "solid-js/web";
import { createEventSource } from "typed-eventsource/solid";
import { type Feed, type Mounted, type Props, testComponents, textOf } from "./contract.ts";

function mount(first: Props): Mounted {
  const container = document.createElement("p");
  const [props, setProps] = createSignal(first);
  let control = { open() {}, close() {} };
  const Prices = () => {
    const feed = createEventSource<Feed, number[]>(
      () => props().url,
      () => props().options,
    );
    control = feed;
    const { state, latest, data, error, seconds } = feed;
    const node = document.createTextNode("");
    createEffect(() => {
      node.data = textOf({ state: state(), latest: latest(), data: data(), error: error(), seconds: seconds() });
    });
    return node;
  };
  const dispose = render(Prices, container);
  return {
    update: setProps,
    text: () => container.textContent ?? "",
    unmount: dispose,
    open: () => control.open(),
    close: () => control.close(),
  };
}

testComponents(mount);
