// The package in an extension of Chromium, unbundled: in its background, which is a service worker, and in a page of it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** Replaces a text of a file. */
async function replace(file, text, other) {
  const before = await readFile(file, "utf8");
  assert.ok(before.includes(text), `${file} has ${text}`);
  await writeFile(file, before.replace(text, other));
}

/** What the background and the page of the extension hear. `prepare` gets the extension's folder. */
async function heardBy(t, prepare = async () => {}) {
  const told = {};
  const answers = ["background", "page"].map((who) => new Promise((resolve) => (told[`/${who}`] = resolve)));
  const server = createServer(async (request, response) => {
    if (told[request.url]) {
      told[request.url](JSON.parse((await request.toArray()).join("")));
      response.end();
    } else {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      response.end("event: price\ndata: 1.5\n\nevent: bye\ndata: null\n\n");
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());

  const folder = await mkdtemp(`${tmpdir()}/extension-`);
  const extension = `${folder}/extension`;
  await cp(path("../extension"), extension, { recursive: true });
  await cp(path("../../node_modules/typed-eventsource"), `${extension}/typed-eventsource`, { recursive: true });
  await writeFile(`${extension}/origin.js`, `export const origin = "http://127.0.0.1:${server.address().port}";\n`);
  await prepare(extension);
  const chromium = spawn(
    process.env.CHROMIUM ?? "chromium",
    [
      ...["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"],
      `--user-data-dir=${folder}/profile`,
      "--disable-features=DisableLoadExtensionCommandLineSwitch",
      `--load-extension=${extension}`,
    ],
    { stdio: "ignore" },
  );
  t.after(async () => {
    const ended = once(chromium, "exit");
    chromium.kill();
    await ended;
    await rm(folder, { recursive: true, maxRetries: 10, retryDelay: 100 });
  });
  const [background, page] = await Promise.all(answers);
  return { background, page };
}

const ALL = [1.5, "finished", 1.5, "finished"];
const forbid = (extension) => replace(`${extension}/manifest.json`, " 'wasm-unsafe-eval'", "");

test("an extension gets its events over both transports", async (t) => {
  assert.deepEqual(await heardBy(t), { background: ALL, page: ALL });
});

test("where the policy of an extension forbids WebAssembly, its pages get their events, and its background is told what to do", async (t) => {
  const { background, page } = await heardBy(t, forbid);
  assert.deepEqual(page, ALL);
  assert.match(background[0], /^not-initialised: .*typed-eventsource\/javascript/);
  assert.equal(background[1], "policy");
});

test("where the policy of an extension forbids WebAssembly, its background gets its events by the engine in JavaScript", async (t) => {
  const { background } = await heardBy(t, async (extension) => {
    await forbid(extension);
    await replace(`${extension}/background.js`, "typed-eventsource/index.js", "typed-eventsource/javascript.js");
  });
  assert.deepEqual(background, ALL);
});
