import nodeResolve from "@rollup/plugin-node-resolve";

const plugins = [nodeResolve()];

// One file, as a classic script, which has no `import()`: either from the package that has none, or with what it loads.
export default [
  { input: "main.js", output: { file: "dist/main.js", format: "iife" }, plugins },
  { input: "main-inlined.js", output: { file: "dist/inlined.js", format: "iife", inlineDynamicImports: true }, plugins },
  // What is shared among tabs is shared by a worker, whose script is beside the bundles.
  { input: "typed-eventsource/shared-worker", output: { file: "dist/typed-eventsource-worker.js", format: "es" }, plugins },
];
