// The recipes for TanStack Query, RxJS and Angular.

import "@angular/compiler";
import { provideZonelessChangeDetection, signal } from "@angular/core";
import { TestBed } from "@angular/core/testing";
import { BrowserTestingModule, platformBrowserTesting } from "@angular/platform-browser/testing";
import { QueryClient, QueryObserver } from "@tanstack/query-core";
import { toArray } from "rxjs";
import { expect, test, vi } from "vitest";
import { tradesOf } from "../../../docs/recipes/angular.ts";
import { fromEventSource } from "../../../docs/recipes/rxjs.ts";
import { linesOf } from "../../../docs/recipes/tanstack-query.ts";
import { server } from "../support/fake-server.ts";

const FRAME = 16;

test("TanStack Query: the data of a query grows with the stream, once a frame, until the server has finished", async () => {
  const client = new QueryClient();
  const observer = new QueryObserver(client, linesOf("/log"));
  const end = observer.subscribe(() => {});
  await vi.waitFor(() => expect(server.connections).toBe(1));
  server.send("line", { text: "a" });
  server.lose();
  server.clock.advance(10_000);
  server.send("line", { text: "b" });
  server.clock.advance(FRAME);
  await vi.waitFor(() => expect(observer.getCurrentResult().data).toEqual([{ text: "a" }, { text: "b" }]));
  expect(observer.getCurrentResult().fetchStatus).toBe("fetching");
  server.send("end", null);
  await vi.waitFor(() => expect(observer.getCurrentResult().fetchStatus).toBe("idle"));
  expect(server.connections).toBe(0);
  end();
});

test("TanStack Query: a query that nobody uses closes its stream", async () => {
  const client = new QueryClient();
  const observer = new QueryObserver(client, linesOf("/log"));
  const end = observer.subscribe(() => {});
  await vi.waitFor(() => expect(server.connections).toBe(1));
  end();
  await vi.waitFor(() => expect(server.connections).toBe(0));
});

test("RxJS: an observable has the events in order, and completes when the server has finished", async () => {
  const told: unknown[] = [];
  const events = fromEventSource<{ a: number; b: number }, "a" | "b">("/feed", ["a", "b"], { terminalEvent: "bye" });
  const subscription = events.pipe(toArray()).subscribe({
    next: (all) => told.push(...all.map(({ type, data }) => `${type} ${data}`)),
    complete: () => told.push("complete"),
  });
  server.send("b", 1);
  server.send("a", 2);
  server.send("bye", null);
  await vi.waitFor(() => expect(told).toEqual(["b 1", "a 2", "complete"]));
  expect(subscription.closed).toBe(true);
});

test("RxJS: an observable fails with the error that has closed the source, and closes the source of one who unsubscribes", async () => {
  const errors: unknown[] = [];
  const failing = fromEventSource<{ a: number }, "a">("/feed", ["a"], { policy: "close-on-error" });
  failing.subscribe({ error: (error) => errors.push(error) });
  server.lose();
  await vi.waitFor(() => expect(errors).toMatchObject([{ code: "connection-lost" }]));
  failing.subscribe().unsubscribe();
  expect(server.connections).toBe(0);
  fromEventSource<{ a: number }, "a">("http://[", ["a"]).subscribe({ error: (error) => errors.push(error) });
  expect(errors).toHaveLength(2);
});

test("Angular: a resource grows with the stream of its parameter, and another one closes that stream first", async () => {
  TestBed.initTestEnvironment(BrowserTestingModule, platformBrowserTesting());
  TestBed.configureTestingModule({ providers: [provideZonelessChangeDetection()] });
  const symbol = signal<string | undefined>(undefined);
  const trades = TestBed.runInInjectionContext(() => tradesOf(symbol));
  const settle = async () => {
    TestBed.tick();
    await new Promise((resolve) => setTimeout(resolve));
    TestBed.tick();
  };
  await settle();
  expect([trades.value(), server.connections]).toEqual([[], 0]);
  symbol.set("A");
  await settle();
  expect(server.connections).toBe(1);
  server.send("trade", { price: 1 });
  server.send("trade", { price: 2 });
  server.clock.advance(FRAME);
  expect(trades.value()).toEqual([{ price: 1 }, { price: 2 }]);
  symbol.set("B");
  await settle();
  expect(server.attempts.map(({ url }) => new URL(url).pathname)).toEqual(["/trades/A", "/trades/B"]);
  expect([server.connections, trades.value()]).toEqual([1, []]);
  symbol.set(undefined);
  await settle();
  expect([server.connections, trades.value()]).toEqual([0, []]);
  symbol.set("C");
  await settle();
  expect(server.connections).toBe(1);
  trades.destroy();
  expect(server.connections).toBe(0);
});
