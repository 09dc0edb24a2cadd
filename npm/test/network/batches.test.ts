// `onBatch` over the network: once a frame of a page, and where there are no frames.

import { expect, onTestFinished, test, vi } from "vitest";
import { TRANSPORTS, open, play, until } from "../support/streams.ts";

const isPage = "document" in globalThis;

test.each(TRANSPORTS)("over %s, of 20,000 events none is missing, and batches are fewer than frames", async (transport) => {
  const COUNT = 20_000;
  const send = Array.from({ length: COUNT }, (_, n) => `data: ${n}\n\n`).join("");
  const url = await play({ steps: [{ send: `${send}event: bye\ndata: null\n\n` }, "silence"] });
  const source = open(url, { transport, terminalEvent: "bye" });
  let frames = 0;
  const countFrame = () => {
    frames += 1;
    requestAnimationFrame(countFrame);
  };
  if (isPage) countFrame();
  const batches: number[][] = [];
  source.onBatch(["message"], (events) => batches.push(events.map(({ data }) => data as number)), { most: COUNT + 1 });
  await source.closed;
  expect(batches.flat()).toEqual(Array.from({ length: COUNT }, (_, n) => n));
  // The last batch does not wait for a frame.
  expect(batches.length).toBeLessThanOrEqual(isPage ? frames + 1 : COUNT / 20);
});

test("where frames have stopped, a batch comes all the same", async () => {
  vi.stubGlobal("requestAnimationFrame", () => 0);
  vi.stubGlobal("cancelAnimationFrame", () => {});
  onTestFinished(() => void vi.unstubAllGlobals());
  const url = await play({ steps: [{ send: "data: 1\n\n" }, "silence"] });
  const source = open(url, { transport: "fetch" });
  onTestFinished(() => source.close());
  const batches: unknown[] = [];
  source.onBatch(["message"], (events) => batches.push(events.map(({ data }) => data)));
  await until(() => batches.length);
  expect(batches).toEqual([[1]]);
});

test.runIf(isPage)("a hidden page, whose frames have stopped, waits for none", async () => {
  vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  const requested = vi.spyOn(globalThis, "requestAnimationFrame");
  onTestFinished(() => void vi.restoreAllMocks());
  const url = await play({ steps: [{ send: "data: 1\n\n" }, "silence"] });
  const source = open(url, { transport: "browser" });
  onTestFinished(() => source.close());
  const batches: unknown[] = [];
  source.onBatch(["message"], (events) => batches.push(events.map(({ data }) => data)));
  await until(() => batches.length);
  expect([batches, requested.mock.calls.length]).toEqual([[[1]], 0]);
});
