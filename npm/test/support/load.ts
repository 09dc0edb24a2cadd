import type * as Package from "typed-eventsource";
import { onTestFinished, vi } from "vitest";

/** A new copy of the package that is not started, and the globals that it uses. */
export async function load(): Promise<typeof Package & { realm: typeof globalThis }> {
  if (!("document" in globalThis)) {
    vi.resetModules();
    return { ...(await import("typed-eventsource")), realm: globalThis };
  }
  // A new document has new modules. They are those of the built package, since modules that Vite serves run only in Vitest's
  // documents.
  const frame = document.createElement("iframe");
  frame.srcdoc = `<script type="module">import * as loaded from "/pkg/index.js"; globalThis.loaded = loaded;</script>`;
  const isLoaded = new Promise((resolve) => (frame.onload = resolve));
  document.body.append(frame);
  onTestFinished(() => frame.remove());
  await isLoaded;
  const realm = frame.contentWindow as unknown as typeof globalThis & { loaded: typeof Package };
  return { ...realm.loaded, realm };
}
