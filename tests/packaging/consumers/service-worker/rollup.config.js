import nodeResolve from "@rollup/plugin-node-resolve";

const plugins = [nodeResolve()];

// The worker is beside the page, which is then in its scope.
export default [
  { input: "main.js", output: { file: "dist.js", format: "iife" }, plugins },
  { input: "worker.js", output: { file: "service-worker.js", format: "iife" }, plugins },
];
