// The package in Cloudflare Workers: in workerd, at several compatibility dates, and in miniflare. At the oldest date a Worker lacks
// many of today's classes.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
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
  // As Wrangler does.
  await build({
    entryPoints: [path("worker.js")],
    outdir: path("dist"),
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    loader: { ".wasm": "copy" },
    assetNames: "[name]",
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
after(() => server.close());

const ENDS = { listen: "finished", parse: "bye", pipe: "bye", mend: "bye" };

/** Asks a Worker for what it has heard of the server's stream, by a source and by the parser. */
async function assertHears(ways, ask) {
  const stream = `stream=${encodeURIComponent(`http://127.0.0.1:${server.address().port}/`)}`;
  for (const way of ways) {
    const answer = await ask(`/${way}?${stream}`);
    assert.deepEqual(await answer.json(), [...Array(100).keys(), ENDS[way]]);
  }
}

for (const [date, ways] of [
  ["2021-11-02", ["listen", "parse"]], // its transform streams only copy bytes
  ["2024-09-01", ["listen", "parse", "pipe", "mend"]],
  ["2026-11-01", ["listen", "parse", "pipe", "mend"]],
]) {
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
    await assertHears(ways, (url) => fetch(`http://127.0.0.1:${port}${url}`));
  });
}

test("a Worker in miniflare gets its events", async (t) => {
  const miniflare = new Miniflare({
    modules: true,
    modulesRoot: path("dist"),
    scriptPath: path("dist/worker.js"),
    modulesRules: [{ type: "CompiledWasm", include: ["**/*.wasm"] }],
    compatibilityDate: "2026-04-01",
  });
  t.after(() => miniflare.dispose());
  await assertHears(Object.keys(ENDS), (url) => miniflare.dispatchFetch(`http://worker.test${url}`));
});

test("a Worker in miniflare gets its events from another one, by a service binding in place of `fetch`", async (t) => {
  const modules = { modules: true, compatibilityDate: "2026-04-01" };
  const feed = `export default {
    async fetch(request) {
      const isExpected = request.url === "http://feed/prices" && request.headers.get("X-Asked") === "1" && (await request.text()) === "{}";
      const prices = [...Array(100).keys()].map((price) => \`event: price\\ndata: \${price}\\n\\n\`);
      const headers = { "Content-Type": "text/event-stream" };
      return new Response(prices.join("") + "event: bye\\ndata: null\\n\\n", { status: isExpected ? 200 : 400, headers });
    },
  }`;
  const miniflare = new Miniflare({
    workers: [
      {
        name: "listener",
        ...modules,
        modulesRoot: path("dist"),
        scriptPath: path("dist/worker.js"),
        modulesRules: [{ type: "CompiledWasm", include: ["**/*.wasm"] }],
        serviceBindings: { FEED: "feed" },
      },
      { name: "feed", ...modules, script: feed },
    ],
  });
  t.after(() => miniflare.dispose());
  const answer = await miniflare.dispatchFetch(`http://worker.test/bound?stream=${encodeURIComponent("http://feed/prices")}`);
  assert.deepEqual(await answer.json(), [...Array(100).keys(), ENDS.listen]);
});
