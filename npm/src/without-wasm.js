// @ts-check
// The package without an engine, for those who have the WebAssembly as a file: `init` has to be given it.

export * from "./exports.js";
export { default } from "./exports.js";
import "./without-tabs.js";
