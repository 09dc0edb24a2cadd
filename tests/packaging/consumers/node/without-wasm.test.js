import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { EventSource, init } from "typed-eventsource/without-wasm";

const open = () => new EventSource("http://127.0.0.1/", { transport: "fetch" });

test("the package without WebAssembly says what to do, and takes the file that the package exports", async () => {
  assert.throws(open, { name: "EventSourceError", code: "not-initialised", message: /call `init` first/ });
  await assert.rejects(init(new Uint8Array(8)), { code: "not-initialised" });
  assert.throws(open, { code: "not-initialised" });
  const loading = init(readFile(new URL(import.meta.resolve("typed-eventsource/typed_eventsource.wasm"))));
  const waiting = open();
  assert.deepEqual(waiting.state, { type: "connecting" });
  waiting.close();
  await loading;
  open().close();
});
