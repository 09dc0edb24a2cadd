// The tests that run in Node.js: those of the logic, on the package's fake server, and those of `fetch`, on the test server.

import { defineConfig } from "vitest/config";
import { startServer } from "./test/support/server.ts";
import { alias, timeouts } from "./vitest.common.ts";

export default defineConfig({
  resolve: { alias },
  test: {
    include: ["test/{logic,network}/**/*.test.ts"],
    provide: { ...(await startServer()) },
    ...timeouts,
  },
});
