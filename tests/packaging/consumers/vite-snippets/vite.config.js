import { readdirSync } from "node:fs";

// Each snippet is an entry point of the build.
const input = readdirSync(import.meta.dirname).filter((file) => /-line-\d+\.[jt]s$/.test(file));

export default { build: { rollupOptions: { input } } };
