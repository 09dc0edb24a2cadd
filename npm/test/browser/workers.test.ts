// Sources in dedicated and in shared workers.

import { describe, expect, test } from "vitest";
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
