// @vitest-environment happy-dom
// An app's tests, with the installed package in a document that happy-dom makes.

import { EventSource } from "typed-eventsource";
import { FakeServer } from "typed-eventsource/testing";
import { expect, test } from "vitest";

test("the installed package runs in Vitest with happy-dom, whose document has its own events", async () => {
  using server = new FakeServer();
  const source = new EventSource("/prices");
  source.on("price", ({ data }) => document.body.append(String(data)));
  source.addEventListener("price", (event) => document.body.append(event instanceof MessageEvent ? " in the DOM: " : "?"));
  server.send("price", 1.5);
  expect(source.url).toBe(new URL("/prices", document.baseURI).href);
  expect(document.body.textContent).toBe(" in the DOM: 1.5");
});
