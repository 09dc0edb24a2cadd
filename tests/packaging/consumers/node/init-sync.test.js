import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";
import { EventSource, initSync } from "typed-eventsource";

test("`initSync` takes the file that the package exports", async () => {
  initSync(await readFile(createRequire(import.meta.url).resolve("typed-eventsource/typed_eventsource.wasm")));
  const source = new EventSource("http://127.0.0.1/", { transport: "fetch" });
  assert.equal(source.readyState, EventSource.CONNECTING);
  source.close();
  assert.deepEqual(await source.closed, { type: "requested" });
});
