// The types without the library of the DOM: in a project without types of its platform, in Node.js, and in a worker.

import init, { EventSource, type CloseReason } from "typed-eventsource";
import { FakeServer } from "typed-eventsource/testing";
import wasm from "typed-eventsource/typed_eventsource.wasm";

import { type Equal, expect } from "../types/equal.js";

await init(wasm);

const source = new EventSource<{ price: number }>("https://prices.test/", {
  transport: "fetch",
  method: "POST",
  headers: { Authorization: "Bearer" },
  body: "{}",
  mode: "cors",
  signal: undefined,
});
source.on("price", ({ data }) => expect<Equal<typeof data, number>>());
source.onmessage = ({ data }) => expect<Equal<typeof data, string>>();
source.onerror = ({ error }) => error?.code;
source.addEventListener("price", ({ data, lastEventId }) => expect<Equal<[typeof data, typeof lastEventId], [string, string]>>());
source.addEventListener("open", ({ type }) => expect<Equal<typeof type, string>>(), { once: true });
expect<Equal<typeof source.closed, Promise<CloseReason>>>();
// @ts-expect-error There is no such member.
void source.clsed;
// @ts-expect-error There is no such event.
source.on("prize", () => {});
// @ts-expect-error There is no such mode.
new EventSource("/", { transport: "fetch", mode: "none" });
// @ts-expect-error A number is no body.
new EventSource("/", { transport: "fetch", body: 1 });

new FakeServer().send("price", 1);
