// Sources whose page is hidden, frozen or restored, over real connections.

import type { EventSource, EventSourceInit } from "typed-eventsource";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { TRANSPORTS, open, play, seen } from "../support/streams.ts";

/** A stream whose n-th connection sends an event with the number and the id n. */
const playNumbers = () => play(...[1, 2, 3].map((n) => ({ steps: [{ send: `id: ${n}\ndata: ${n}\n\n` }, "silence" as const] })));

/** Waits for this event. */
const heard = (source: EventSource, number: number) =>
  new Promise<void>((resolve) => source.on("message", ({ data }) => data === number && resolve()));

function dispatch(type: string, properties = {}) {
  dispatchEvent(Object.assign(new Event(type), properties));
}

/** The document of a page that is hidden or seen says so by an event. */
function setVisibility(visibility: DocumentVisibilityState) {
  Object.defineProperty(document, "visibilityState", { value: visibility, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}

describe.each(TRANSPORTS)("over %s", (transport) => {
  const openOver = (url: string, init?: Partial<EventSourceInit>) =>
    open(url, { transport, resumeParameter: "from", ...init } as Partial<EventSourceInit>);

  /** The ids that the attempts continued from. */
  const resumedFrom = async (url: string) => (await seen(url, {})).map(({ path }) => path.split("?from=")[1] ?? "");

  test("a source that is paused closes its connection, and goes on from the last event id", async () => {
    const url = await playNumbers();
    const source = openOver(url);
    await heard(source, 1);
    source.pause();
    expect((await seen(url, { closed: 1 }))[0]?.closed_by).toBe("client");
    source.resume();
    await heard(source, 2);
    source.reconnect();
    await heard(source, 3);
    expect(await resumedFrom(url)).toEqual(["", "1", "2"]);
  });

  test("a page that was frozen or restored makes its connection again if `reopenOnWake` says so", async () => {
    const [url, other] = [await playNumbers(), await playNumbers()];
    const kept = openOver(other);
    const source = openOver(url, { policy: "resilient" });
    const codes: string[] = [];
    source.onError(({ code }) => codes.push(code));
    await Promise.all([heard(source, 1), heard(kept, 1)]);
    // The browser dispatches this event at the document, and it does not bubble.
    document.dispatchEvent(new Event("resume"));
    dispatch("pageshow", { persisted: true });
    await heard(source, 2);
    // The page was loaded.
    dispatch("pageshow", { persisted: false });
    dispatch("pageshow", { persisted: true });
    await heard(source, 3);
    expect(codes).toEqual(["suspended", "suspended"]);
    expect([await resumedFrom(url), await resumedFrom(other)]).toEqual([["", "1", "2"], [""]]);
  });

  test("a hidden page pauses its source, and makes no request until it is seen", async () => {
    onTestFinished(() => setVisibility("visible"));
    const url = await playNumbers();
    const source = openOver(url, { policy: { preset: "resilient", pauseWhenHidden: 1 } });
    await heard(source, 1);
    const paused = new Promise<void>((resolve) => source.onState(({ type }) => type === "paused" && resolve()));
    setVisibility("hidden");
    await paused;
    expect((await seen(url, { closed: 1 }))[0]?.closed_by).toBe("client");
    dispatch("online");
    dispatch("pageshow", { persisted: true });
    expect(source.state.type).toBe("paused");
    const opened = openOver(url, { policy: { pauseWhenHidden: 0 } });
    expect([opened.state.type, (await seen(url, {})).length]).toEqual(["paused", 1]);
    opened.close();
    setVisibility("visible");
    await heard(source, 2);
    expect(await resumedFrom(url)).toEqual(["", "1"]);
  });

  test("only a source with `pauseWhenHidden` listens to the visibility, and a source that has closed listens to nothing", async () => {
    const [add, remove] = (["addEventListener", "removeEventListener"] as const).map((name) => vi.spyOn(globalThis, name));
    onTestFinished(() => [add, remove].forEach((spy) => spy?.mockRestore()));
    const types = (spy: typeof add) => (spy?.mock.calls ?? []).map(([type]) => type).filter((type) => /^(page|vis|resume)/.test(type));
    openOver(await playNumbers()).close();
    expect([types(add), types(remove)]).toEqual(Array(2).fill(["resume", "pageshow"]));
    openOver(await playNumbers(), { policy: { pauseWhenHidden: 0 } }).close();
    expect([types(add), types(remove)]).toEqual(Array(2).fill(["resume", "pageshow", "resume", "pageshow", "visibilitychange"]));
  });
});
