import nodeResolve from "@rollup/plugin-node-resolve";

const plugins = [nodeResolve()];

// The worker's file is beside the page, so that the page is in the worker's scope.
export default [
  { input: "main.js", output: { file: "dist.js", format: "iife" }, plugins },
  { input: "worker.js", output: { file: "service-worker.js", format: "iife" }, plugins },
];
