// A component of React whose code is replaced while it is on the page, as by the hot reload of Vite and Next.js.

// @ts-expect-error The package has no types.
import refresh from "react-refresh/runtime";
import { useEventSource } from "typed-eventsource/react";
import { FakeServer } from "typed-eventsource/testing";
import { expect, test, vi } from "vitest";

test("a component has one source after a hot reload, of what its new code says", async () => {
  // React looks for this when it is loaded.
  refresh.injectIntoGlobalHook(globalThis);
  const [{ createElement }, { createRoot }] = await Promise.all([import("react"), import("react-dom/client")]);
  const server = new FakeServer<{ price: number }>();
  /** The component as the n-th version of its file has it. */
  const version = (text: string, url: string) => {
    const Prices = () => {
      const { latest, state } = useEventSource<{ price: number }>(url, { events: ["price"] });
      return `${text}: ${latest.price?.data ?? state.type}`;
    };
    refresh.register(Prices, "Prices");
    return Prices;
  };
  const container = document.createElement("p");
  const root = createRoot(container);
  root.render(createElement(version("first", "/a")));
  await vi.waitFor(() => expect([container.textContent, server.connections]).toEqual(["first: connecting", 1]));
  for (const [text, url] of [
    ["second", "/a"],
    ["third", "/b"],
  ] as const) {
    version(text, url);
    refresh.performReactRefresh();
    await vi.waitFor(() => expect(container.textContent).toBe(`${text}: connecting`));
    await new Promise((resolve) => setTimeout(resolve));
    expect([server.connections, new URL(server.attempts.at(-1)!.url).pathname]).toEqual([1, url]);
  }
  server.send("price", 2);
  server.clock.advance(16);
  await vi.waitFor(() => expect(container.textContent).toBe("third: 2"));
  root.unmount();
  expect(server.connections).toBe(0);
  server.close();
});
