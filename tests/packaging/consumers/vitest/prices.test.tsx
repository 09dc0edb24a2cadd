// @vitest-environment jsdom
// A component of React, under its strict mode, which runs each effect twice.

import { StrictMode, act } from "react";
import { createRoot } from "react-dom/client";
import { FakeServer } from "typed-eventsource/testing";
import { expect, test } from "vitest";
import { Prices } from "./prices.tsx";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

test("a component of React has one source at a time, and shows what that one says", async () => {
  using server = new FakeServer<{ price: number }>();
  const root = createRoot(document.body);
  const render = (url: string) => act(async () => root.render(<StrictMode>{<Prices url={url} />}</StrictMode>));
  await render("/first");
  expect([server.connections, document.body.textContent]).toEqual([1, "no price yet connecting"]);
  act(() => server.send("price", 1.5));
  expect(document.body.textContent).toBe("1.5 open");
  act(() => server.fail(503));
  expect(document.body.textContent).toBe("1.5 reconnecting in 1 s");
  await render("/second");
  expect([server.connections, document.body.textContent]).toEqual([1, "no price yet connecting"]);
  act(() => server.send("price", 2.5));
  expect(document.body.textContent).toBe("2.5 open");
  act(() => root.unmount());
  expect(server.connections).toBe(0);
});
