// The package in a server that renders pages: in Node.js, as Vite builds it and as its development server loads it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import * as vite from "vite";
import * as vite6 from "vite-6";

const root = fileURLToPath(new URL("../ssr/", import.meta.url));
const rendered = /no price yet.*connecting/;

for (const [name, { build, createServer }] of Object.entries({ vite, "vite-6": vite6 })) {
  for (const noExternal of [undefined, ["typed-eventsource"]]) {
    test(`${name} builds a server that renders, with${noExternal ? "" : "out"} the package in its bundle`, async () => {
      const outDir = `dist/${name}-${noExternal ? "whole" : "linked"}`;
      await build({ root, logLevel: "error", ssr: { noExternal }, build: { ssr: "server.ts", outDir } });
      const { render } = await import(`${root}${outDir}/server.js`);
      assert.match(render(), rendered);
    });
  }

  test(`${name} renders in development`, async (t) => {
    const server = await createServer({
      root,
      logLevel: "error",
      appType: "custom",
      server: { middlewareMode: true, ws: false, watch: null },
    });
    t.after(() => server.close());
    const { render } = await server.ssrLoadModule("/server.ts");
    assert.match(render(), rendered);
  });
}
