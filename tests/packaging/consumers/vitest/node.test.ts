// An app's tests, with the installed package in Node.js.

import { EventSource } from "typed-eventsource";
import { FakeServer } from "typed-eventsource/testing";
import { expect, test } from "vitest";

test("the installed package runs in Vitest", async () => {
  using server = new FakeServer();
  const source = new EventSource("/prices");
  const told: unknown[] = [];
  source.on("price", ({ data }) => told.push(data));
  server.send("price", 1.5);
  expect([source.url, told]).toEqual(["http://localhost/prices", [1.5]]);
});
