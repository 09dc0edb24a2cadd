// `cargo xtask compare`: plays the scenarios for each client, in Node.js and in Chromium, and writes what it finds into the book.

import { defineConfig } from "vitest/config";
import { Comparison } from "./test/comparison/reporter.ts";
import { startServer } from "./test/support/server.ts";
import { chrome } from "./vitest.browsers.ts";
import { alias, bundled, timeouts } from "./vitest.common.ts";

const origins = await startServer();
const common = { provide: { ...origins }, maxConcurrency: 12, ...timeouts };

export default defineConfig({
  test: {
    reporters: ["default", new Comparison()],
    // Of other packages, whose cells say what follows.
    dangerouslyIgnoreUnhandledErrors: true,
    projects: [
      {
        resolve: { alias },
        test: { name: "node", include: ["test/comparison/cells.node.ts"], server: { deps: { inline: bundled } }, ...common },
      },
      {
        resolve: { alias },
        // Otherwise Vite finds them during a test, and loads its page again.
        optimizeDeps: {
          include: [
            "@flamefrontend/sse-runtime-core",
            "@microsoft/fetch-event-source",
            "event-source-plus",
            "eventsource",
            "eventsource-client",
            "extended-eventsource",
          ],
        },
        test: {
          name: "chrome",
          include: ["test/comparison/cells.chromium.ts"],
          ...common,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            api: { host: "127.0.0.1" },
            instances: [{ browser: "chrome", provider: chrome }],
          },
        },
      },
    ],
  },
});
