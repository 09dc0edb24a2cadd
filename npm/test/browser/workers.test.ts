// Sources in dedicated and in shared workers.

import { describe, expect, onTestFinished, test } from "vitest";
import { TRANSPORTS, play, release, seen } from "../support/streams.ts";
import SharedShare from "./workers/share.ts?sharedworker";
import Share from "./workers/share.ts?worker";

describe.each(TRANSPORTS)("over %s", (transport) => {
  test.each([
    ["dedicated", () => new Share()],
    ["shared", () => new SharedShare({ name: transport })],
  ])("the sources of a %s worker share a connection with each other", async (_, start) => {
    const url = await play({ before: ["wait"], steps: [{ send: "data: 1\n\n" }, "silence"] });
    const worker = start();
    const port = "port" in worker ? worker.port : worker;
    const answer = new Promise((resolve, reject) => {
      port.onmessage = ({ data }: MessageEvent) => resolve(data);
      worker.onerror = (event) => reject(new Error(`the worker does not start: ${(event as ErrorEvent).message}`));
    });
    port.postMessage([url, transport]);
    await seen(url, { attempts: 1 });
    await release(url);
    expect(await answer).toEqual(Array(8).fill(2));
    expect(await seen(url, { closed: 1 })).toHaveLength(1);
    if ("terminate" in worker) worker.terminate();
  });
});

test("a service worker, which may not use `import()`, gets events", async () => {
  const url = await play({ steps: [{ send: "data: 1\n\n" }, "silence"] });
  // Vite serves a worker at this URL.
  const script = new URL("./workers/service.ts?worker_file&type=module", import.meta.url);
  const registration = await navigator.serviceWorker.register(script, { type: "module" });
  onTestFinished(() => void registration.unregister());
  const worker = registration.installing ?? registration.waiting ?? registration.active;
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
  worker?.postMessage(url, [port2]);
  expect(await answer).toEqual([1, 1]);
});
