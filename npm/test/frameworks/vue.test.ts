// `typed-eventsource/vue`.

import { useEventSource } from "typed-eventsource/vue";
import { expect, test } from "vitest";
import { type App, createApp, createSSRApp, defineComponent, effectScope, h, nextTick, ref, shallowReactive } from "vue";
import { renderToString } from "vue/server-renderer";
import { FakeServer } from "typed-eventsource/testing";
import { type Feed, type Mounted, type Props, optionsOf, testComponents, textOf } from "./contract.ts";

let control: { open(): void; close(): void };

const Prices = defineComponent({
  props: { source: { type: Object, required: true } },
  setup({ source }) {
    const props = source as Props;
    const feed = useEventSource<Feed, number[]>(
      () => props.url,
      () => props.options,
    );
    control = feed;
    const { state, latest, data, error, seconds } = feed;
    return () => textOf({ state: state.value, latest: latest.value, data: data.value, error: error.value, seconds: seconds.value });
  },
});

function mount(props: Props): Mounted {
  const source = shallowReactive({ ...props });
  const container = document.createElement("p");
  let app: App | undefined = createApp({ render: () => h(Prices, { source }) });
  app.mount(container);
  return {
    update(props) {
      Object.assign(source, props);
      return nextTick();
    },
    text: () => container.textContent ?? "",
    unmount: () => {
      app?.unmount();
      app = undefined;
    },
    open: () => control.open(),
    close: () => control.close(),
  };
}

testComponents(mount);

test("a page that a server has rendered opens one source when it is hydrated", async () => {
  const server = new FakeServer<Feed>();
  const app = () => createSSRApp({ render: () => h(Prices, { source: { url: "/a", options: optionsOf() } }) });
  const container = document.createElement("p");
  container.innerHTML = await renderToString(app());
  expect([container.textContent, server.attempts]).toEqual(["connecting, 0 in all", []]);
  const hydrated = app();
  hydrated.mount(container);
  expect(server.connections).toBe(1);
  hydrated.unmount();
  expect(server.connections).toBe(0);
  server.close();
});

test("outside of components a source lives as long as its scope, and its URL may be a ref", async () => {
  const server = new FakeServer<Feed>();
  const scope = effectScope();
  const url = ref<string | null>(null);
  const { state, latest } = scope.run(() => useEventSource<Feed>(url, { events: ["price"] }))!;
  expect(state.value.type).toBe("paused");
  url.value = "/a";
  await nextTick();
  server.send("price", 2);
  server.clock.advance(20);
  expect([state.value.type, latest.value.price?.data]).toEqual(["open", 2]);
  scope.stop();
  expect(server.connections).toBe(0);
  server.close();
});
