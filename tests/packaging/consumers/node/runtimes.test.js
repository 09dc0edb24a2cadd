// The package in other runtimes than Node.js and browsers.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const bin = (name) => path(`../../node_modules/.bin/${name}`);

const server = createServer((_, response) => {
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  response.end("event: price\ndata: 1.5\n\nevent: bye\ndata: null\n\n");
});
before(() => new Promise((resolve) => server.listen(0, "127.0.0.1", resolve)));
after(() => server.close());

for (const [name, program, args] of [
  ["Node.js", process.execPath, []],
  ["Deno", bin("deno"), ["run", "--allow-net=127.0.0.1"]],
  ["Bun", bin("bun"), ["run"]],
]) {
  for (const entry of ["prices", "without-webassembly"]) {
    test(`${name} gets its events: ${entry}`, async () => {
      const url = `http://127.0.0.1:${server.address().port}/`;
      const { stdout } = await promisify(execFile)(program, [...args, path(`../runtimes/${entry}.js`), url]);
      assert.deepEqual(JSON.parse(stdout), [1.5, "finished"]);
    });
  }
}
