// A fast stream in a component: what the page has to render for it.

import { Profiler, createElement } from "react";
import { createRoot } from "react-dom/client";
import type { TypedEvent } from "typed-eventsource";
import { useEventSource } from "typed-eventsource/react";
import { expect, onTestFinished, test } from "vitest";
import { play, until } from "../support/streams.ts";

test("50,000 events in a list of React are all seen, and the list is rendered at most once a frame", async () => {
  const COUNT = 50_000;
  const send = Array.from({ length: COUNT }, (_, n) => `event: line\ndata: {"n":${n}}\n\n`).join("");
  const url = await play({ steps: [{ send: `${send}event: bye\ndata: null\n\n` }, "silence"] });

  type Line = { n: number };
  let missing = 0;
  const add = (lines: number[], { data: { n } }: TypedEvent<Line>) => {
    if (n !== (lines.at(-1) ?? -1) + 1) missing += 1;
    return [...lines.slice(-99), n];
  };
  const List = () => {
    const { data, state } = useEventSource<{ line: Line }, number[]>(url, {
      transport: "fetch",
      events: ["line"],
      terminalEvent: "bye",
      initial: [],
      fold: add,
    });
    return createElement("ol", { title: state.type }, ...data.map((n) => createElement("li", { key: n }, n)));
  };

  let [frames, commits] = [0, 0];
  const countFrame = () => {
    frames += 1;
    requestAnimationFrame(countFrame);
  };
  countFrame();
  const container = document.body.appendChild(document.createElement("div"));
  const root = createRoot(container);
  onTestFinished(() => root.unmount());
  root.render(createElement(Profiler, { id: "list", onRender: () => void (commits += 1) }, createElement(List)));
  await until(() => container.querySelector("ol")?.title === "closed");

  const lines = [...container.querySelectorAll("li")].map((line) => Number(line.textContent));
  expect([lines.length, lines.at(-1), missing]).toEqual([100, COUNT - 1, 0]);
  // It is also rendered at first, when the source opens, and at the end.
  expect(commits).toBeLessThanOrEqual(frames + 3);
});
