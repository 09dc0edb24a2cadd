import nodeResolve from "@rollup/plugin-node-resolve";

// One file, as a classic script.
export default { input: "main.js", output: { file: "dist/main.js", format: "iife" }, plugins: [nodeResolve()] };
