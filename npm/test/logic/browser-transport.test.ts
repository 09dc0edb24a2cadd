// The browser transport over an `EventSource` that does not tell which events have an id field.

import { expect, test, vi } from "vitest";

const URL = "http://prices.test/";

test("over the browser's own source, an empty id after other ids resets the position", async () => {
  const made: Native[] = [];
  class Native extends EventTarget {
    static CLOSED = 2;
    readyState = 0;
    onopen: ((event: Event) => void) | null = null;
    onerror: ((event: Event) => void) | null = null;
    constructor(readonly url: string) {
      super();
      made.push(this);
    }
    close() {}
    open() {
      this.onopen?.(new Event("open"));
    }
    message(data: number, lastEventId: string) {
      this.dispatchEvent(new MessageEvent("message", { data: String(data), lastEventId }));
    }
    giveUp() {
      this.readyState = 2;
      this.onerror?.(new Event("error"));
    }
  }
  vi.stubGlobal("EventSource", Native);
  // The package takes the browser's own `EventSource` when it is imported.
  const { default: init, EventSource } = await import("typed-eventsource");
  await init();
  const policy = { preset: "resilient", backoff: { initial: 10, jitter: false } } as const;
  const source = new EventSource(URL, { resumeParameter: "from", deduplicate: 10, policy });
  const told: unknown[] = [];
  source.on("message", ({ data }) => told.push(data));
  source.onError(() => {});
  const attempt = (count: number) => vi.waitUntil(() => made.length === count);
  const [first] = made;
  first.open();
  first.message(5, "5");
  first.giveUp();
  await attempt(2);
  const second = made[1];
  second.open();
  // A new source of the browser tells an empty id until an event has one.
  second.message(6, "");
  expect(source.lastEventId).toBe("5");
  second.message(7, "7");
  second.message(8, "");
  expect(source.lastEventId).toBe("");
  second.giveUp();
  await attempt(3);
  source.close();
  expect(made.map(({ url }) => url)).toEqual([URL, `${URL}?from=5`, URL]);
  expect(told).toEqual([5, 6, 7, 8]);
});
