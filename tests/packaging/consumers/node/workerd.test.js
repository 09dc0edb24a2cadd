// The package in workerd, at several compatibility dates. At the oldest one a Worker lacks many of today's classes.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import nodeResolve from "@rollup/plugin-node-resolve";
import { rollup } from "rollup";
import workerd from "workerd";

const folder = new URL("../workerd/", import.meta.url);
const path = (file) => new URL(file, folder).pathname;

const server = createServer((request, response) => {
  const isExpected = request.method === "POST" && request.headers["x-asked"] === "1";
  response.writeHead(isExpected ? 200 : 400, { "Content-Type": "text/event-stream" });
  for (let price = 0; price < 100; price += 1) response.write(`event: price\ndata: ${price}\n\n`);
  response.end("event: bye\ndata: null\n\n");
});

before(async () => {
  const bundle = await rollup({ input: path("worker.js"), plugins: [nodeResolve()], external: /\.wasm$/ });
  await bundle.write({ file: path("dist/worker.js") });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
after(() => server.close());

for (const date of ["2021-11-02", "2024-09-01", "2026-11-01"]) {
  test(`a Worker of ${date} gets its events`, async (t) => {
    const config = path(`${date}.capnp`);
    await writeFile(config, (await readFile(path("config.capnp"), "utf8")).replace("COMPATIBILITY DATE", date));
    const worker = spawn(workerd.default, ["serve", config, "--control-fd=3"], { stdio: ["ignore", "inherit", "inherit", "pipe"] });
    t.after(() => worker.kill());
    let port;
    for await (const line of createInterface(worker.stdio[3])) {
      ({ port } = JSON.parse(line));
      if (port) break;
    }
    const stream = `http://127.0.0.1:${server.address().port}/`;
    const answer = await fetch(`http://127.0.0.1:${port}/?stream=${encodeURIComponent(stream)}`);
    assert.deepEqual(await answer.json(), [...Array(100).keys(), "finished"]);
  });
}
