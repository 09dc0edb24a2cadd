// The installation of the package installs nothing else, and runs nothing.

import assert from "node:assert/strict";
import { test } from "node:test";
import manifest from "typed-eventsource/package.json" with { type: "json" };

test("the package has no dependency, and no script that runs when it is installed", () => {
  const keys = Object.keys(manifest).filter((key) => /dependencies$|scripts|^bin$/i.test(key));
  assert.deepEqual(keys, ["peerDependencies"]);
});

test("a framework is needed only by those who use it", () => {
  const optional = Object.entries(manifest.peerDependenciesMeta).filter(([, meta]) => meta.optional);
  assert.deepEqual(
    optional.map(([name]) => name),
    Object.keys(manifest.peerDependencies),
  );
});
