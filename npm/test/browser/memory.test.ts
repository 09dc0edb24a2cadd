// The memory that sources keep, and what is collected. Without a way to call the collector, the heap is not compared.

import type { EventSource, EventSourceInit } from "typed-eventsource";
import { EventSource as Source } from "typed-eventsource";
import { describe, expect, test } from "vitest";
import { wasm } from "../../src/init.js";
import { type Transport, TRANSPORTS, ignore, next, play, release, seen, seenFirst } from "../support/streams.ts";

/** What Chromium adds by its command line options. */
const { gc, performance } = globalThis as {
  gc?: () => void;
  performance: Performance & { memory?: { usedJSHeapSize: number } };
};

/** Waits for a later task, before which pending tasks run. */
const laterTask = () => new Promise((resolve) => setTimeout(resolve));

/** Runs the collector, or makes that likely. This needs a task to itself, since objects that a task has used live until its end. */
async function collect() {
  await laterTask();
  if (gc) gc();
  else Array.from({ length: 1e5 }, String);
}

/** The bytes in use after a collection. */
async function bytesInUse() {
  for (let round = 0; round < 3; round += 1) await collect();
  return { wasm: wasm.memory.buffer.byteLength, heap: performance.memory?.usedJSHeapSize ?? 0 };
}

/** Uses many sources, a few at a time since a browser has six connections to a host, and expects that no memory stays in use. */
async function expectNothingLeft(count: number, use: (size: number) => Promise<unknown>) {
  const batches = async (count: number) => {
    for (let left = count; left > 0; left -= 5) await use(5);
  };
  await batches(50);
  const before = await bytesInUse();
  await batches(count);
  // The browser keeps less than this of each request, once the last requests have ended.
  await expect.poll(async () => ((await bytesInUse()).heap - before.heap) / count, { timeout: 20_000 }).toBeLessThan(500);
  expect(wasm.memory.buffer.byteLength).toBe(before.wasm);
}

const times = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, index) => make(index));

let opened = 0;

/** The next URL of a stream: each source needs another one, since sources of one URL open at a bounded rate. */
const uniqueUrl = (url: string) => `${url}?${(opened += 1)}`;

/** A source with everything that could keep it from being collected, also a reference to itself. */
function entangled(url: string, init: Partial<EventSourceInit>) {
  const source: EventSource = new Source(url, {
    ...init,
    policy: { preset: "resilient", rule: () => source.close() },
    parse: (data) => source && data,
  } as EventSourceInit);
  source.onState(() => source.state);
  source.onerror = () => source.close();
  source.addEventListener("message", () => source.state);
  return source;
}

/** Waits until all connections of a stream are closed, and expects that there were `count`. */
async function expectClosed(url: string, count: number) {
  const attempts = await seen(url, { closed: count });
  expect(attempts).toHaveLength(count);
}

describe.each(TRANSPORTS)("over %s", (transport: Transport) => {
  test("closed sources leave no memory in use", async () => {
    const url = await play({ steps: [{ send: "id: é\ndata: 1\n\n" }, "silence"] });
    const one = async () => {
      const source = entangled(uniqueUrl(url), { transport });
      const event = next(source);
      const events = source.events("message", "other");
      await event;
      source.close();
      for await (const event of events) void event.data;
    };
    await expectNothingLeft(2000, (size) => Promise.all(times(size, one)));
    await expectClosed(url, 2050);
  });

  test("closed sources that shared connections leave no memory in use", async () => {
    const url = await play({ steps: [{ send: "id: é\ndata: 1\n\n" }, "silence"] });
    const policy = { preset: "resilient", rule: () => {} } as const;
    // Four sources share a connection from its start, and one more joins when it is open.
    const group = async () => {
      const groupUrl = uniqueUrl(url);
      const join = () => {
        const options = { transport, shared: true, policy, parse: (data: string) => source && data } as EventSourceInit;
        const source: EventSource = new Source(groupUrl, options);
        source.onState(() => source.state);
        source.onerror = () => source.close();
        source.addEventListener("message", () => source.state);
        return source;
      };
      const sources = times(4, join);
      await Promise.all(sources.map((source) => next(source)));
      const late = join();
      await new Promise((resolve) => late.addEventListener("open", resolve));
      const events = late.events("message");
      for (const source of [...sources, late]) source.close();
      for await (const event of events) void event.data;
    };
    await expectNothingLeft(400, (size) => Promise.all(times(size, group)));
    await expectClosed(url, 450);
  });

  test.runIf(gc)("sources that were dropped leave nothing behind", async () => {
    const url = await play({ steps: ["silence"] });
    const drop = () => {
      const source = new Source(uniqueUrl(url), { transport } as EventSourceInit);
      source.on("message", ignore)();
      return source.closed;
    };
    await expectNothingLeft(1000, async (size) => {
      let left = size;
      for (const closed of times(size, drop)) void closed.then(({ type }) => (left -= Number(type === "dropped")));
      while (left) await collect();
    });
    // A source that is collected at once may not have made a request.
    await expectClosed(url, (await seen(url, {})).length);
  });

  test.runIf(gc)("a closed source is collected even if its signal and everything that its methods have returned are held", async () => {
    const url = await play({ steps: [{ send: "data: 1\n\n" }, "silence"] });
    const controller = new AbortController();
    const held: unknown[] = [];
    const weak = await (async () => {
      const source = entangled(url, { transport, signal: controller.signal });
      held.push(
        source.onState(() => source.state),
        source.onError(() => source.state),
        source.closed,
        source.events("message"),
      );
      await new Promise((resolve) => held.push(source.on("message", () => resolve(source.state))));
      source.close();
      return new WeakRef(source);
    })();
    while (weak.deref()) await collect();
    for (const undo of held) if (typeof undo === "function") undo();
    controller.abort();
  });

  test("a source with listeners is not collected", async () => {
    const url = await play({ steps: ["wait", { send: "data: 1\n\n" }, "silence"] });
    const told = new Promise((resolve) => {
      const source = new Source(url, { transport } as EventSourceInit);
      source.on("message", ({ data }) => {
        source.close();
        resolve(data);
      });
    });
    let isCollected = false;
    const registry = new FinalizationRegistry(() => (isCollected = true));
    registry.register({}, "collected");
    for (let round = 0; round < 400 && !isCollected; round += 1) await collect();
    registry.unregister(registry);
    await release(url);
    expect(await told).toBe(1);
  });

  test("a source is collected and its connection closed, however it was used", async () => {
    const url = await play({ steps: [{ send: "data: 1\n\n" }, "silence"] });
    const drop = async (use: (source: EventSource) => unknown) => {
      const { closed } = await (async () => {
        const source = new Source(url, { transport, terminalEvent: "bye" } as EventSourceInit);
        const { closed } = source;
        await use(source);
        return { closed };
      })();
      let reason: string | undefined;
      void closed.then(({ type }) => (reason = type));
      while (!reason) await collect();
      return reason;
    };
    const opened = (source: EventSource) =>
      new Promise<void>((resolve) => {
        const undo = source.onState(() => (undo(), resolve()));
      });
    const iterated = async (source: EventSource) => {
      for await (const _ of source.events("message")) break;
    };
    // All are checked together, since Firefox waits long between two collections of objects that the DOM holds.
    expect(await Promise.all([drop(ignore), drop(opened), drop(iterated)])).toEqual(["dropped", "dropped", "dropped"]);
    await expectClosed(url, 3);
  });

  test.runIf(gc)("the last to be collected closes a shared connection", async () => {
    const url = await play({ steps: ["silence"] });
    const join = () => new Source(url, { transport, shared: true } as EventSourceInit);
    const typeOf = async (closed: Promise<{ type: string }>) => {
      let reason: string | undefined;
      void closed.then(({ type }) => (reason = type));
      while (!reason) await collect();
      return reason;
    };
    const kept = join();
    const dropped = times(2, () => join().closed);
    expect(await Promise.all(dropped.map(typeOf))).toEqual(["dropped", "dropped"]);
    expect((await seenFirst(url)).closed_by).toBe(null);
    const last = join().closed;
    kept.close();
    expect(await typeOf(last)).toBe("dropped");
    await expectClosed(url, 1);
  });
});

test.runIf(gc)("what is kept of an event keeps nothing else", async () => {
  const event = `event: kept\nid: rather a long id, number {n}\ndata: {"text":"${"k".repeat(40)}"}\n\n`;
  const others = `data: ${"x".repeat(80)}\n\n`.repeat(700);
  const flood = { repeat: { times: 400, send: event + others } };
  const url = await play({ steps: [flood, { send: "event: bye\ndata: 0\n\n" }, "silence"] });
  const keeping = async (parse: "json" | "text", keep: (event: { data: unknown }) => unknown) => {
    const before = await bytesInUse();
    const kept: unknown[] = [];
    const source = new Source(url, { transport: "fetch", terminalEvent: "bye", parse });
    source.on("kept", (event) => kept.push(keep(event)));
    await source.closed;
    const after = await bytesInUse();
    return { kept, KiB: (after.heap - before.heap) / 1024 };
  };
  // The first source allocates what all others use too.
  await keeping("json", ignore);
  const all = [await keeping("json", (event) => event), await keeping("text", (event) => event), await keeping("text", ({ data }) => data)];
  for (const { kept, KiB } of all) {
    expect(kept).toHaveLength(400);
    // If each event kept its chunk, this would be more than 20,000.
    expect(KiB).toBeLessThan(500);
  }
});
