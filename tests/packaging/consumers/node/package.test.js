// Who installs the package gets nothing else, and runs nothing by that.

import assert from "node:assert/strict";
import { test } from "node:test";
import manifest from "typed-eventsource/package.json" with { type: "json" };

test("it has no dependency, and no script that runs as it is installed", () => {
  const brought = Object.keys(manifest).filter((key) => /dependencies|scripts|^bin$/i.test(key));
  assert.deepEqual(brought, []);
});
