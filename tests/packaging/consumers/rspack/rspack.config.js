export default { mode: "production", entry: "../webpack/src/index.js", optimization: { chunkIds: "named" } };
