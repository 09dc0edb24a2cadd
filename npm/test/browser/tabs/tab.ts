// A page that stands for a tab. The test that opens it uses the package through it. What is named in the fragment of its URL is taken
// away from it first.

for (const missing of location.hash.slice(1).split(",")) {
  if (missing === "SharedWorker") Reflect.deleteProperty(globalThis, missing);
  if (missing === "channel")
    globalThis.BroadcastChannel = class {
      constructor() {
        throw new DOMException("forbidden", "SecurityError");
      }
    } as never;
  if (missing === "locks") Object.defineProperty(navigator, "locks", { value: undefined });
}

Object.assign(globalThis, await import("typed-eventsource"));
dispatchEvent(new Event("ready"));

export {};
