// @ts-check
// The WebAssembly inside a JavaScript module, so that neither a bundler nor a server has to be configured for it. The module is
// imported statically: service workers have no `import()`, and a bundle may have to be one file.

import { init as initFrom } from "./init.js";
import { nodeModule } from "./memory.js";
import { deflated } from "./wasm/deflated.js";

/** @typedef {import("./index.js").WasmSource} WasmSource */

/** @param {WasmSource | PromiseLike<WasmSource>} [source] */
export const init = (source) => initFrom(source ?? inflate);

async function inflate() {
  const bytes = Uint8Array.from(atob(deflated), (character) => character.charCodeAt(0));
  if (!globalThis.DecompressionStream) return nodeModule("zlib").inflateRawSync(bytes);
  // Not by a Blob: that of jsdom has no stream.
  const { body } = /** @type {{ body: ReadableStream<BufferSource> }} */ (new Response(bytes));
  const inflated = body.pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(inflated);
}
