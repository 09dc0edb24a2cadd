// What a component of each framework can rely on.

import type { EventOf } from "typed-eventsource";
import type { SourceOptions, SourceUrl } from "typed-eventsource/react";
import { FakeServer } from "typed-eventsource/testing";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

export type Feed = { price: number; halt: string };
export type Options = SourceOptions<Feed, number[]>;
export type Props = { url: SourceUrl; options: Options };

/** A component that is on the page, whose text is made by `textOf` of all fields. */
export interface Mounted {
  /** Renders it with these properties. */
  update(props: Props): unknown;
  /** What the page shows. */
  text(): string;
  unmount(): unknown;
  open(): void;
  close(): void;
}

export type Mount = (props: Props) => Mounted;

interface Shown {
  state: { type: string };
  latest: { price?: { data: number }; halt?: { data: string } };
  data: number[];
  error: { code: string } | undefined;
  seconds: number | undefined;
}

/** The text of a component, such as `open, price 1.5, 2 in all`. */
export const textOf = ({ state, latest, data, error, seconds }: Shown) =>
  [
    state.type,
    ...(latest.price ? [`price ${latest.price.data}`] : []),
    ...(latest.halt ? [`halt ${latest.halt.data}`] : []),
    `${data.length} in all`,
    ...(error ? [`error ${error.code}`] : []),
    ...(seconds ? [`in ${seconds} s`] : []),
  ].join(", ");

const append = (list: number[], event: EventOf<Feed>) => (event.type === "price" ? [...list, event.data] : list);

/** Options as a component makes them at each render. */
export const optionsOf = (more: Partial<Options> = {}): Options =>
  ({
    events: ["price", "halt"],
    initial: [],
    fold: (list: number[], event: EventOf<Feed>) => append(list, event),
    policy: { preset: "resilient", rule: () => undefined },
    ...more,
  }) as Options;

/** Resolves when everything that has changed is on the page. */
export const rendered = () => new Promise((resolve) => setTimeout(resolve));

/** A frame of the fake clock, and more. */
const FRAME = 20;

export let server: FakeServer<Feed>;

/** Tests a component of a framework. */
export function testComponents(mount: Mount) {
  let mounted: Mounted | undefined;
  const show = async (url: SourceUrl, more?: Partial<Options>) => {
    const shown = (mounted = mount({ url, options: optionsOf(more) }));
    return { ...shown, text: () => rendered().then(shown.text) };
  };
  const frame = () => server.clock.advance(FRAME);

  beforeEach(() => {
    server = new FakeServer();
  });
  afterEach(async () => {
    await mounted?.unmount();
    mounted = undefined;
    expect([server.connections, server.clock.timers]).toEqual([0, 0]);
    server.close();
    vi.unstubAllGlobals();
  });

  test("a component has one source, shows what it says, and closes it when it is gone", async () => {
    const { text, unmount } = await show("/a");
    expect([await text(), server.connections]).toEqual(["connecting, 0 in all", 1]);
    server.send("price", 1.5);
    server.send("halt", "A");
    frame();
    expect(await text()).toBe("open, price 1.5, halt A, 1 in all");
    await unmount();
    expect([server.connections, server.clock.timers]).toEqual([0, 0]);
  });

  test("a change of the URL closes the old source first, and nothing of it is shown or heard after", async () => {
    const onEvent = vi.fn();
    const { update, text } = await show("/a", { onEvent });
    server.send("price", 1);
    frame();
    // These would be handed over with the next frame.
    server.send("price", 2);
    await update({ url: "/b", options: optionsOf({ onEvent }) });
    expect(server.attempts.at(-1)?.url).toMatch(/\/b$/);
    expect([await text(), server.connections]).toEqual(["connecting, 0 in all", 1]);
    frame();
    expect([await text(), onEvent.mock.calls.length]).toEqual(["connecting, 0 in all", 1]);
    server.send("price", 3);
    frame();
    expect(await text()).toBe("open, price 3, 1 in all");
  });

  test("a source that has closed leaves no stale state when the URL changes", async () => {
    const { update, text } = await show("/a", { terminalEvent: "bye" });
    server.sendText("bye", "null");
    expect(await text()).toBe("closed, 0 in all");
    await update({ url: "/b", options: optionsOf({ terminalEvent: "bye" }) });
    expect(await text()).toBe("connecting, 0 in all");
  });

  test("1,000 renders with equal options that are made each time keep one source", async () => {
    const { update, text } = await show("/a");
    const attempts = server.attempts.length;
    server.send("price", 1);
    for (let n = 0; n < 1000; n += 1) await update({ url: "/a", options: optionsOf() });
    frame();
    expect([await text(), server.attempts.length, server.connections]).toEqual(["open, price 1, 1 in all", attempts, 1]);
  });

  test("options are compared by what they hold, whatever it is, and the latest schema validates", async () => {
    const validated: string[] = [];
    const made = (name: string, token: string) => ({
      transport: "fetch" as const,
      headers: new Headers({ Authorization: token }),
      policy: { preset: "resilient" as const, backoff: { maxElapsed: Infinity } },
      schemas: {
        price: {
          "~standard": {
            version: 1 as const,
            vendor: "test",
            validate: (value: unknown) => (validated.push(name), { value: value as number }),
          },
        },
      },
    });
    const { update } = await show("/a", made("first", "A"));
    const attempts = server.attempts.length;
    await update({ url: "/a", options: optionsOf(made("second", "A")) });
    server.send("price", 1);
    frame();
    expect([server.attempts.length, validated]).toEqual([attempts, ["second"]]);
    expect(server.attempts.at(-1)?.headers.get("authorization")).toBe("A");
    await update({ url: "/a", options: optionsOf(made("third", "B")) });
    expect(server.attempts.slice(attempts).map(({ headers }) => headers.get("authorization"))).toEqual(["B"]);
    expect(server.connections).toBe(1);
  });

  test("a change of an option makes another source", async () => {
    const { update, text } = await show("/a");
    server.send("price", 1);
    frame();
    const attempts = server.attempts.length;
    await update({ url: "/a", options: optionsOf({ policy: "browser" }) });
    expect([await text(), server.attempts.length, server.connections]).toEqual(["connecting, 0 in all", attempts + 1, 1]);
  });

  test("the functions of the latest render are called", async () => {
    const called: string[] = [];
    const functions = (name: string) => ({
      onEvent: () => called.push(`${name} event`),
      onError: () => called.push(`${name} error`),
      fold: (list: number[]) => (called.push(`${name} fold`), list),
      policy: { preset: "resilient" as const, rule: () => void called.push(`${name} rule`) },
    });
    const { update } = await show("/a", functions("first"));
    await update({ url: "/a", options: optionsOf(functions("second")) });
    server.send("price", 1);
    frame();
    server.lose();
    expect(new Set(called)).toEqual(new Set(["second event", "second fold", "second error", "second rule"]));
  });

  test("an error stays until the source is open again", async () => {
    const { text } = await show("/a", { transport: "fetch" });
    server.fail(503);
    server.clock.advance(1);
    expect(await text()).toBe("waiting, 0 in all, error status, in 1 s");
    server.clock.advance(1000);
    expect(await text()).toBe("connecting, 0 in all, error status");
    server.open();
    expect(await text()).toBe("open, 0 in all");
    server.sendText("price", "{");
    server.send("price", 1);
    frame();
    expect(await text()).toBe("open, price 1, 1 in all, error decode");
    expect(server.clock.reports).toEqual([]);
  });

  test("an error of one source is not shown for the next one", async () => {
    const { update, text } = await show("/a", { policy: "close-on-error" });
    server.lose();
    expect(await text()).toBe("closed, 0 in all, error connection-lost");
    await update({ url: "/b", options: optionsOf({ policy: "close-on-error" }) });
    expect(await text()).toBe("connecting, 0 in all");
  });

  test("the countdown ticks", async () => {
    const { text } = await show("/a", { transport: "fetch", policy: { preset: "resilient", backoff: { initial: 3000 } } });
    server.fail(503);
    server.clock.advance(1);
    expect(await text()).toBe("waiting, 0 in all, error status, in 3 s");
    server.clock.advance(1000);
    expect(await text()).toBe("waiting, 0 in all, error status, in 2 s");
  });

  test.each([null, undefined])("without a URL (%s) there is no source", async (none) => {
    const { update, text } = await show(none);
    expect([await text(), server.connections]).toEqual(["paused, 0 in all", 0]);
    await update({ url: "/a", options: optionsOf() });
    server.send("price", 1);
    frame();
    expect([await text(), server.connections]).toEqual(["open, price 1, 1 in all", 1]);
    await update({ url: none, options: optionsOf() });
    expect([await text(), server.connections]).toEqual(["paused, 0 in all", 0]);
  });

  test("a bad URL and a bad option are errors that are shown, and nothing is thrown or left open", async () => {
    const { update, text } = await show("http://[");
    expect(await text()).toBe("closed, 0 in all, error invalid-request");
    await update({ url: "/a", options: optionsOf({ deduplicate: -1 }) });
    expect(await text()).toBe("closed, 0 in all, error invalid-option");
    await update({ url: "/a", options: optionsOf({ events: undefined } as Partial<Options>) });
    expect([await text(), server.connections]).toEqual(["closed, 0 in all, error unsupported", 0]);
    await update({ url: "/a", options: optionsOf() });
    expect([await text(), server.connections]).toEqual(["connecting, 0 in all", 1]);
  });

  test("of 10,000 events none is missing in what they are folded into", async () => {
    const { text } = await show("/a", { fold: (list, event) => (list.push((event as { data: number }).data), list) });
    for (let n = 0; n < 10_000; n += 1) {
      server.send("price", n);
      if (n % 700 === 0) frame();
    }
    frame();
    expect(await text()).toBe("open, price 9999, 10000 in all");
  });

  test("over `fetch`, a component may hear all events", async () => {
    const onEvent = vi.fn();
    const { text } = await show("/a", { transport: "fetch", events: undefined, onEvent });
    server.send("price", 1);
    server.send("halt", "A");
    frame();
    expect([await text(), onEvent.mock.calls.length]).toEqual(["open, price 1, halt A, 1 in all", 2]);
  });

  test("a component may close its source, and open another one", async () => {
    const { text, close, open } = await show("/a");
    const attempts = server.attempts.length;
    server.send("price", 1);
    frame();
    open();
    expect(server.attempts).toHaveLength(attempts);
    close();
    expect([await text(), server.connections]).toEqual(["closed, price 1, 1 in all", 0]);
    open();
    expect([await text(), server.connections]).toEqual(["connecting, 0 in all", 1]);
  });

  test("an exception of the function that folds is reported, and leaves out one event", async () => {
    const reported = vi.fn();
    vi.stubGlobal("reportError", reported);
    const fold = (list: number[], event: EventOf<Feed>) => {
      if (event.data === 2) throw new RangeError("two");
      return append(list, event);
    };
    const { text } = await show("/a", { fold });
    for (const n of [1, 2, 3]) server.send("price", n);
    frame();
    expect([await text(), reported.mock.calls.length]).toEqual(["open, price 3, 2 in all", 1]);
  });
}
