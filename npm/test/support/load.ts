import type * as Package from "typed-eventsource";
import { onTestFinished, vi } from "vitest";

type Entry = "index" | "without-wasm";

/** What the package finds where it is loaded. */
interface Options {
  /** Whether there is WebAssembly. True by default. */
  hasWebAssembly?: boolean;
}

/** A new copy of an entry of the package, whose engine is not started, and the globals that it uses. */
export async function load(
  entry: Entry = "index",
  { hasWebAssembly = true }: Options = {},
): Promise<typeof Package & { realm: typeof globalThis }> {
  if (!("document" in globalThis)) {
    vi.resetModules();
    if (!hasWebAssembly) {
      vi.stubGlobal("WebAssembly", undefined);
      onTestFinished(() => void vi.unstubAllGlobals());
    }
    const entries = { index: () => import("../../src/index.js"), "without-wasm": () => import("../../src/without-wasm.js") };
    return { ...((await entries[entry]()) as typeof Package), realm: globalThis };
  }
  // A new document has new modules. They are those of the built package, since modules that Vite serves run only in Vitest's
  // documents.
  const frame = document.createElement("iframe");
  frame.srcdoc = `<script>${hasWebAssembly ? "" : "delete globalThis.WebAssembly"}</script>
    <script type="module">import * as loaded from "/pkg/${entry}.js"; globalThis.loaded = loaded;</script>`;
  const isLoaded = new Promise((resolve) => (frame.onload = resolve));
  document.body.append(frame);
  onTestFinished(() => frame.remove());
  await isLoaded;
  const realm = frame.contentWindow as unknown as typeof globalThis & { loaded: typeof Package };
  return { ...realm.loaded, realm };
}
