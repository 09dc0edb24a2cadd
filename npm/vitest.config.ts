// The tests that run in Node.js: those of the logic, on the package's fake server, those of `fetch`, on the test server, and those of
// components, in jsdom and as a server renders them.

import { svelte } from "@sveltejs/vite-plugin-svelte";
import vue from "@vitejs/plugin-vue";
import solid from "vite-plugin-solid";
import { defineConfig } from "vitest/config";
import { startServer } from "./test/support/server.ts";
import { alias, bundled, timeouts } from "./vitest.common.ts";

const common = { resolve: { alias } };

/** The comparison is of the package as most have it. */
const folders = process.env.ENGINE === "javascript" ? "logic,network" : "comparison,logic,network";

export default defineConfig({
  test: {
    projects: [
      {
        ...common,
        test: {
          name: "node",
          include: [`test/{${folders}}/**/*.test.ts`],
          provide: { ...(await startServer()) },
          server: { deps: { inline: bundled } },
          maxConcurrency: 12,
          ...timeouts,
        },
      },
      {
        plugins: [svelte({ configFile: false }), vue(), solid({ include: /solid\.tsx/, hot: false })],
        resolve: { alias, conditions: ["browser", "development"] },
        test: {
          name: "components",
          include: ["test/frameworks/*.test.ts"],
          environment: "jsdom",
          // What Vite does not process has the conditions of Node.js.
          server: { deps: { inline: [/svelte|esm-env|solid-js/] } },
          ...timeouts,
        },
      },
      {
        ...common,
        plugins: [svelte({ configFile: false })],
        test: { name: "rendered by a server", include: ["test/frameworks/server/*.test.ts"], ...timeouts },
      },
    ],
  },
});
