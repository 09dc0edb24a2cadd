// What the tests in Node.js and in browsers are set up with.

import { fileURLToPath } from "node:url";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** The package as it is built: its JavaScript is that of `src`, which a watch follows; the wasm half is in `pkg`. */
export const alias = [
  { find: /^typed-eventsource$/, replacement: path("src/index.js") },
  { find: /^typed-eventsource\/testing$/, replacement: path("src/testing.js") },
  { find: /^typed-eventsource\/parser$/, replacement: path("src/parser.js") },
  { find: /^\.\.?\/wasm\//, replacement: path("../pkg/wasm/") },
];

/** Against hangs alone: a busy machine is slow. */
export const timeouts = { testTimeout: 120_000, hookTimeout: 120_000, teardownTimeout: 120_000 };
