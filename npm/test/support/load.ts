import type * as Package from "typed-eventsource";
import { onTestFinished, vi } from "vitest";

/** The package, which nobody has started yet, and the globals that it goes by. */
export async function load(): Promise<typeof Package & { realm: typeof globalThis }> {
  if (!("document" in globalThis)) {
    vi.resetModules();
    return { ...(await import("typed-eventsource")), realm: globalThis };
  }
  // A document has its own modules. These are as they are built: what Vite serves can only run in documents of Vitest.
  const frame = document.createElement("iframe");
  frame.srcdoc = `<script type="module">import * as loaded from "/pkg/index.js"; globalThis.loaded = loaded;</script>`;
  const isLoaded = new Promise((resolve) => (frame.onload = resolve));
  document.body.append(frame);
  onTestFinished(() => frame.remove());
  await isLoaded;
  const realm = frame.contentWindow as unknown as typeof globalThis & { loaded: typeof Package };
  return { ...realm.loaded, realm };
}
