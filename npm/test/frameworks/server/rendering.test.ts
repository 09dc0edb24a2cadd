// Components as a server renders them, where no source is opened.

import { createElement } from "react";
import { renderToString as renderReact } from "react-dom/server";
import { ssr, renderToString as renderSolid } from "solid-js/web";
import { render as renderSvelte } from "svelte/server";
import { useEventSource as useInReact } from "typed-eventsource/react";
import { createEventSource as createInSolid } from "typed-eventsource/solid";
import { FakeServer } from "typed-eventsource/testing";
import { useEventSource as useInVue } from "typed-eventsource/vue";
import { expect, test } from "vitest";
import { createSSRApp, defineComponent } from "vue";
import { renderToString as renderVue } from "vue/server-renderer";
import { type Feed, optionsOf } from "../contract.ts";
import Prices from "../Prices.svelte";

const options = { events: ["price"] } as const;

const RENDERED: [string, () => string | Promise<string>][] = [
  ["React", () => renderReact(createElement(() => useInReact<Feed>("/a", options).state.type))],
  [
    "Vue",
    () =>
      renderVue(
        createSSRApp(
          defineComponent(() => {
            const { state } = useInVue<Feed>("/a", options);
            return () => state.value.type;
          }),
        ),
      ),
  ],
  ["Svelte", () => renderSvelte(Prices, { props: { source: { url: "/a", options: optionsOf() } } }).body],
  ["Solid", () => renderSolid(() => ssr(createInSolid<Feed>("/a", options).state().type))],
];

test.each(RENDERED)("%s: a server renders the state, and opens nothing", async (_, render) => {
  const server = new FakeServer<Feed>();
  expect(await render()).toContain("connecting");
  await new Promise((resolve) => setTimeout(resolve));
  expect(server.attempts).toEqual([]);
  server.close();
});
