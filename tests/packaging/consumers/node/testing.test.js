import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

/** Adds a module, and all modules that it imports, directly or not, to the set. */
async function addModules(url, found) {
  if (found.has(url.href)) return found;
  found.add(url.href);
  const source = await readFile(url, "utf8");
  for (const [, path] of source.matchAll(/(?:^(?:import|export) .* from |await import\()"(.+?)"\)?;$/gm)) {
    await addModules(new URL(path, url), found);
  }
  return found;
}

test("an app that does not import the fake server does not ship it", async () => {
  const main = await addModules(new URL(import.meta.resolve("typed-eventsource")), new Set());
  const testing = import.meta.resolve("typed-eventsource/testing");
  assert.ok(main.size > 15, "the modules are found");
  assert.ok(!main.has(testing));
  const both = await addModules(new URL(testing), new Set(main));
  assert.deepEqual(
    [...both].filter((url) => !main.has(url)),
    [testing],
  );
});
