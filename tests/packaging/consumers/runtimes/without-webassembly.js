// The same without WebAssembly. Node.js needs it for its own `fetch`, which is used before.

await fetch(process.argv[2]).then((response) => response.text());
delete globalThis.WebAssembly;
await import("./prices.js");
