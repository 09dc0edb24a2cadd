// The tests that run in Chromium and in Firefox: those of the transports, on the test server, and those of what only a
// browser has.

import { webdriverio } from "@vitest/browser-webdriverio";
import { execFileSync } from "node:child_process";
import { defineConfig } from "vitest/config";
import { startServer } from "./test/support/server.ts";
import { alias, timeouts } from "./vitest.common.ts";

/** The paths of the browsers and their drivers, by the names of environment variables. */
function installed(): Record<string, string | undefined> {
  if (process.env.CHROMEDRIVER || process.env.GECKODRIVER) return process.env;
  const printed = execFileSync("cargo", ["xtask", "browsers"], { cwd: new URL("..", import.meta.url), encoding: "utf8" });
  return Object.fromEntries(printed.split("\n").map((line) => line.split("=")));
}

const { CHROMIUM, CHROMEDRIVER, FIREFOX, GECKODRIVER } = installed();

const chrome = webdriverio({
  capabilities: {
    "goog:chromeOptions": {
      binary: CHROMIUM,
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        // With these a test can collect garbage by `gc()`, and measure the memory.
        "--js-flags=--expose-gc",
        "--enable-precise-memory-info",
      ],
    },
    "wdio:chromedriverOptions": { binary: CHROMEDRIVER },
    "wdio:enforceWebDriverClassic": true,
  },
});

const firefox = webdriverio({
  capabilities: {
    "moz:firefoxOptions": { binary: FIREFOX, args: ["-headless"] },
    "wdio:geckodriverOptions": { binary: GECKODRIVER },
    "wdio:enforceWebDriverClassic": true,
  },
});

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
