// The browsers that tests run in, by their drivers.

import { webdriverio } from "@vitest/browser-webdriverio";
import { execFileSync } from "node:child_process";

/** The paths of the browsers and their drivers, by the names of environment variables. */
function installed(): Record<string, string | undefined> {
  if (process.env.CHROMEDRIVER || process.env.GECKODRIVER) return process.env;
  const printed = execFileSync("cargo", ["xtask", "browsers"], { cwd: new URL("..", import.meta.url), encoding: "utf8" });
  return Object.fromEntries(printed.split("\n").map((line) => line.split("=")));
}

const { CHROMIUM, CHROMEDRIVER, FIREFOX, GECKODRIVER } = installed();

export const chrome = webdriverio({
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

export const firefox = webdriverio({
  capabilities: {
    "moz:firefoxOptions": { binary: FIREFOX, args: ["-headless"] },
    "wdio:geckodriverOptions": { binary: GECKODRIVER },
    "wdio:enforceWebDriverClassic": true,
  },
});
