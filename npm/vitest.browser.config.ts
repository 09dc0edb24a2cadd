// The tests that run in Chromium and in Firefox: those of the transports, on the test server, and those of what only a
// browser has.

import { defineConfig } from "vitest/config";
import { startServer } from "./test/support/server.ts";
import { chrome, firefox } from "./vitest.browsers.ts";
import { alias, timeouts } from "./vitest.common.ts";

const instances = [
  { browser: "chrome" as const, provider: chrome },
  { browser: "firefox" as const, provider: firefox },
];

const origins = await startServer();

export default defineConfig({
  resolve: { alias },
  // Otherwise Vite finds them during a test, and loads its page again, which may hang.
  optimizeDeps: { include: ["@microsoft/fetch-event-source", "@opentelemetry/api", "react", "react-dom/client"] },
  // These paths of the test server are also under the page's own origin.
  server: { proxy: { "/streams": origins.origin, "/pkg": origins.origin } },
  test: {
    include: ["test/{network,browser}/**/*.test.ts", "test/logic/reentry.test.ts"],
    provide: { ...origins },
    ...timeouts,
    // Where one thing is wrong with all tests, each would wait for its limit.
    bail: 10,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      api: { host: "127.0.0.1" },
      instances,
    },
  },
});
