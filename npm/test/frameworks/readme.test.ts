// The components of the README, as they are there.

import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { createComponent } from "solid-js";
import { render } from "solid-js/web";
import { mount, unmount } from "svelte";
import { FakeServer } from "typed-eventsource/testing";
import { expect, test } from "vitest";
import { createApp } from "vue";
import readme from "../../README.md?raw";

const [components, sources] = [
  import.meta.glob<any>("./readme/*", { eager: true }),
  import.meta.glob<string>("./readme/*", { eager: true, query: "?raw", import: "default" }),
];

const url = "/trades";

/** For each framework: the source of its component, and what shows it and returns what removes it. */
const COMPONENTS: [string, string | undefined, (target: HTMLElement) => () => unknown][] = [
  [
    "React",
    sources["./readme/react.tsx"],
    (target) => {
      const root = createRoot(target);
      root.render(createElement(components["./readme/react.tsx"].Trades, { url }));
      return () => root.unmount();
    },
  ],
  [
    "Vue",
    sources["./readme/Vue.vue"],
    (target) => {
      const app = createApp(components["./readme/Vue.vue"].default, { url });
      app.mount(target);
      return () => app.unmount();
    },
  ],
  [
    "Svelte",
    sources["./readme/Svelte.svelte"],
    (target) => {
      const component = mount(components["./readme/Svelte.svelte"].default, { target, props: { url } });
      return () => unmount(component);
    },
  ],
  [
    "Solid",
    sources["./readme/solid.tsx"],
    (target) => render(() => createComponent(components["./readme/solid.tsx"].Trades, { url }), target),
  ],
];

test.each(COMPONENTS)(
  "%s: the README's component shows a list, the state and errors, in twelve lines",
  async (_, source = "none", show) => {
    expect(readme).toContain(source);
    const lines = source.split("\n").filter((line) => line.trim() && !/^<.?(script|template)/.test(line));
    expect(lines.length).toBeLessThanOrEqual(12);
    using server = new FakeServer<{ trade: { id: number; text: string } }>();
    const target = document.createElement("div");
    const remove = show(target);
    const shown = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return [
        target.querySelector("[role=status]")?.textContent?.trim(),
        [...target.querySelectorAll("li")].map((item) => item.textContent),
      ];
    };
    expect(await shown()).toEqual(["connecting", []]);
    server.send("trade", { id: 1, text: "A" });
    server.send("trade", { id: 2, text: "B" });
    server.clock.advance(16);
    expect(await shown()).toEqual(["open", ["A", "B"]]);
    server.fail(500);
    server.clock.advance(1);
    expect(await shown()).toEqual([expect.stringMatching(/^again in 1 s .*gave up/), ["A", "B"]]);
    server.clock.advance(1000);
    server.send("trade", { id: 3, text: "C" });
    server.clock.advance(16);
    expect(await shown()).toEqual(["open", ["A", "B", "C"]]);
    await remove();
    expect([server.connections, server.clock.timers]).toEqual([0, 0]);
  },
);
