// The settings that the tests in Node.js and in browsers share.

import { fileURLToPath } from "node:url";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** With `ENGINE=javascript` the tests run on the engine that is used where there is no WebAssembly. */
const entry = process.env.ENGINE === "javascript" ? "test/support/javascript.js" : "src/index.js";

/** The package: its JavaScript comes from `src`, so that Vitest can watch it, and its engine from `pkg`. */
export const alias = [
  { find: /^typed-eventsource$/, replacement: path(entry) },
  { find: /^typed-eventsource\/(compat\/fetch-event-source|parser|react|solid|svelte|testing|vue)$/, replacement: path("src/$1.js") },
  // The recipes in `docs` are in no folder that has it.
  { find: /^(@opentelemetry\/api|@tanstack\/query-core|@angular\/core|rxjs)$/, replacement: path("node_modules/$1") },
  { find: /^typed-eventsource\/resilient-fetch$/, replacement: path("src/resilient-fetch.js") },
  { find: /^\.\.?\/wasm\//, replacement: path("../pkg/wasm/") },
];

/** These limits only end tests that hang: a busy machine is slow. */
export const timeouts = { testTimeout: 120_000, hookTimeout: 120_000, teardownTimeout: 120_000 };

/** What Node.js cannot load without a bundler. */
export const bundled = [/sse-runtime-core/];
