// `typed-eventsource/react`, under the strict mode, which runs each effect twice.

import { Activity, StrictMode, Suspense, createElement, use } from "react";
import { flushSync } from "react-dom";
import { createRoot, hydrateRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { useEventSource } from "typed-eventsource/react";
import { FakeServer } from "typed-eventsource/testing";
import { expect, test, vi } from "vitest";
import { type Feed, type Mounted, type Props, optionsOf, rendered, testComponents, textOf } from "./contract.ts";

let control: { open(): void; close(): void };

function Prices({ url, options }: Props) {
  const feed = useEventSource<Feed, number[]>(url, options);
  control = feed;
  return textOf(feed);
}

const element = (props: Props) => createElement(StrictMode, null, createElement(Prices, props));

function mount(props: Props): Mounted {
  const container = document.createElement("p");
  const root = createRoot(container);
  const update = (props: Props) => flushSync(() => root.render(element(props)));
  update(props);
  return {
    update,
    text: () => container.textContent ?? "",
    unmount: () => root.unmount(),
    open: () => control.open(),
    close: () => control.close(),
  };
}

testComponents(mount);

test("a page that a server has rendered opens one source when it is hydrated, without a mismatch", async () => {
  const server = new FakeServer<Feed>();
  const container = document.createElement("p");
  container.innerHTML = renderToString(element({ url: "/a", options: optionsOf() }));
  expect([container.textContent, server.attempts]).toEqual(["connecting, 0 in all", []]);
  const onRecoverableError = vi.fn();
  const root = hydrateRoot(container, element({ url: "/a", options: optionsOf() }), { onRecoverableError });
  await vi.waitFor(() => expect(server.connections).toBe(1));
  server.send("price", 1);
  server.clock.advance(20);
  await rendered();
  expect([container.textContent, onRecoverableError.mock.calls]).toEqual(["open, price 1, 1 in all", []]);
  root.unmount();
  expect(server.connections).toBe(0);
  server.close();
});

test("a component that suspends before it is on the page opens nothing, and then one source", async () => {
  const server = new FakeServer<Feed>();
  let resolve = (_: string) => {};
  const name = new Promise<string>((done) => (resolve = done));
  const Waiting = () => {
    const { state } = useEventSource<Feed>("/a", { events: ["price"] });
    return `${use(name)} ${state.type}`;
  };
  const container = document.createElement("p");
  const root = createRoot(container);
  flushSync(() => root.render(createElement(Suspense, { fallback: "…" }, createElement(Waiting))));
  expect([container.textContent, server.attempts]).toEqual(["…", []]);
  resolve("A");
  await vi.waitFor(() => expect([container.textContent, server.connections]).toEqual(["A connecting", 1]));
  root.unmount();
  expect(server.connections).toBe(0);
  server.close();
});

test("a component renders only when something changes that it has read", async () => {
  const server = new FakeServer<Feed>();
  let renders = 0;
  const seen: number[] = [];
  const Silent = () => {
    renders += 1;
    const { state } = useEventSource<Feed>("/a", { events: ["price"], onEvent: ({ data }) => seen.push(data as number) });
    return state.type;
  };
  const container = document.createElement("p");
  const root = createRoot(container);
  flushSync(() => root.render(createElement(Silent)));
  server.open();
  await rendered();
  const before = renders;
  for (let n = 0; n < 10; n += 1) {
    server.send("price", n);
    server.clock.advance(20);
    await rendered();
  }
  expect([renders, seen.length]).toEqual([before, 10]);
  root.unmount();
  server.close();
});

test("a component that reads no error leaves errors to the console", async () => {
  const server = new FakeServer<Feed>();
  const Silent = () => useEventSource<Feed>("/a", { events: ["price"] }).state.type;
  const root = createRoot(document.createElement("p"));
  flushSync(() => root.render(createElement(Silent)));
  server.lose();
  expect(server.clock.reports).toMatchObject([{ code: "connection-lost" }]);
  root.unmount();
  server.close();
});

test("components whose options are equal, with the same functions, share a connection if they say so", async () => {
  const server = new FakeServer<Feed>();
  const headers = () => ({ Authorization: "Bearer A" });
  const One = () => useEventSource<Feed>("/a", { events: ["price"], transport: "fetch", shared: true, headers }).state.type;
  const root = createRoot(document.createElement("p"));
  flushSync(() => root.render([createElement(One, { key: 1 }), createElement(One, { key: 2 })]));
  expect(server.connections).toBe(1);
  root.unmount();
  expect(server.connections).toBe(0);
  server.close();
});

test("a component that is hidden closes its source, and opens one when it is shown again", async () => {
  const server = new FakeServer<Feed>();
  const root = createRoot(document.createElement("p"));
  const show = (mode: "visible" | "hidden") =>
    flushSync(() => root.render(createElement(Activity, { mode, children: createElement(Prices, { url: "/a", options: optionsOf() }) })));
  for (const [mode, connections] of [
    ["visible", 1],
    ["hidden", 0],
    ["visible", 1],
  ] as const) {
    show(mode);
    await vi.waitFor(() => expect(server.connections).toBe(connections));
  }
  root.unmount();
  expect(server.connections).toBe(0);
  server.close();
});
