// What `typed-eventsource/compat/fetch-event-source` does also where there is no document, and how it ends.

import { EventStreamContentType, fetchEventSource } from "typed-eventsource/compat/fetch-event-source";
import { expect, test, vi } from "vitest";
import { play, seen } from "../support/streams.ts";

const HOUR = 3_600_000;

const never = new Promise<never>(() => {});

test("a stream that its server has ended goes on after its last event, with or without a document", async () => {
  const url = await play(
    { cors: "any", steps: [{ send: "retry: 10\nid: 1\ndata: a\n\n" }, "end"] },
    { cors: "any", steps: [{ send: "id: 2\ndata: b\n\n" }, "end"] },
  );
  const data: string[] = [];
  await fetchEventSource(url, {
    onmessage: (message) => data.push(message.data),
    onclose: () => {
      if (data.length === 1) throw new Error("it is not to end yet");
    },
  });
  expect(data).toEqual(["a", "b"]);
  const [first, second] = await seen(url, { attempts: 2 });
  expect(first?.headers.accept).toBe(EventStreamContentType satisfies "text/event-stream");
  expect(second?.headers["last-event-id"]).toBe("1");
});

test("an abort ends the stream during the wait for another attempt", async () => {
  const controller = new AbortController();
  const reading = fetchEventSource("/", {
    signal: controller.signal,
    fetch: () => Promise.reject(new TypeError("offline")),
    onerror: () => {
      setTimeout(() => controller.abort());
      return HOUR;
    },
  });
  expect(await reading).toBeUndefined();
});

test("an abort ends the stream although onopen does not return", async () => {
  const controller = new AbortController();
  // Firefox has the response once its body has begun.
  const url = await play({ cors: "any", steps: [{ send: ":\n\n" }, "silence"] });
  const reading = fetchEventSource(url, {
    signal: controller.signal,
    onopen: () => {
      queueMicrotask(() => controller.abort());
      return never;
    },
  });
  expect(await reading).toBeUndefined();
  expect(await seen(url, { closed: 1 })).toHaveLength(1);
});

test("a response that does not heed the signal is cancelled, and one that comes after the abort is not given to onopen", async () => {
  const controller = new AbortController();
  const cancelled: string[] = [];
  const response = (name: string) =>
    new Response(new ReadableStream({ cancel: () => void cancelled.push(name) }), { headers: { "Content-Type": EventStreamContentType } });
  let answer = (_: Response) => {};
  const late = fetchEventSource("/", {
    signal: controller.signal,
    fetch: () => new Promise((resolve) => (answer = resolve)),
    onopen: async () => expect.unreachable("the stream has ended"),
  });
  const silent = fetchEventSource("/", {
    signal: controller.signal,
    fetch: async () => response("silent"),
    onopen: async () => void setTimeout(() => controller.abort()),
  });
  await Promise.all([late, silent]);
  answer(response("late"));
  await expect.poll(() => cancelled.sort()).toEqual(["late", "silent"]);
});

test("a signal that outlives the stream has no listener of it left", async () => {
  const url = await play({ cors: "any", steps: ["end"] });
  const { signal } = new AbortController();
  const add = vi.spyOn(signal, "addEventListener");
  await fetchEventSource(url, { signal });
  // What is added with a signal is removed once that is aborted.
  const kept = add.mock.calls.filter(([, , options]) => typeof options !== "object" || !options.signal?.aborted);
  expect(add).toHaveBeenCalled();
  expect(kept).toEqual([]);
});
