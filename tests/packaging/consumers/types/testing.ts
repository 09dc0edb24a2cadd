// The types of the fake server: its events are those of its feed.

import type { EventSourceError } from "typed-eventsource";
import { FakeClock, FakeServer, type Attempt } from "typed-eventsource/testing";

import { type Equal, expect } from "./equal.js";

interface Feed {
  price: { symbol: string; price: number };
}

const server = new FakeServer<Feed>();
server.send("price", { symbol: "A", price: 1 });
// @ts-expect-error A price has a symbol.
server.send("price", { price: 1 });
// @ts-expect-error There is no such event.
server.send("prize", 1);
server.sendText("prize", "`sendText` takes any name and any data");
expect<Equal<typeof server.attempts, readonly Attempt[]>>();
expect<Equal<typeof server.clock, FakeClock>>();
expect<Equal<typeof server.clock.reports, readonly EventSourceError[]>>();
server.respond();
server.respond({ status: 429, headers: { "Retry-After": "34" }, url: "/elsewhere", body: "{}" });
// @ts-expect-error A body is text.
server.respond({ body: {} });
server.clock.goOffline();
server.clock.goOnline();
server.clock.hide();
server.clock.show();
server.clock.freeze(1000);
// @ts-expect-error A clock comes with a server.
new FakeClock();
// @ts-expect-error `FakeServer.at` makes a server for one URL.
new FakeServer("/prices");

const one: FakeServer<Feed> = FakeServer.at<Feed>(new URL("http://localhost/prices"));
one.close();
new FakeServer().send("anything", 1);

export function scope() {
  using within = new FakeServer();
  return within.connections;
}
