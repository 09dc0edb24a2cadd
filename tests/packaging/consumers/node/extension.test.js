// The package in an extension of Chromium, unbundled.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

test("the background of an extension gets events over both transports", async (t) => {
  let tell;
  const heard = new Promise((resolve) => (tell = resolve));
  const server = createServer(async (request, response) => {
    if (request.url === "/heard") {
      tell(JSON.parse((await request.toArray()).join("")));
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
  assert.deepEqual(await heard, [1.5, "finished", 1.5, "finished"]);
});
