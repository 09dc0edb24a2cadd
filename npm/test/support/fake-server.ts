// A fake server for each test of the file that imports this.

import { EventSource, type EventSourceInit } from "typed-eventsource";
import { FakeServer } from "typed-eventsource/testing";
import { afterEach, beforeEach } from "vitest";

export let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
});
afterEach(() => server.close());

/** Both transports, as the fake server plays them. */
export const TRANSPORTS = ["browser", "fetch"] as const;

export type Transport = (typeof TRANSPORTS)[number];

export const open = (transport: Transport, init?: Partial<EventSourceInit>, url = "/stream") =>
  new EventSource(url, { transport, ...init } as EventSourceInit);

/** Ends the waits for the next attempt, and opens the connections. */
export function reconnect() {
  server.clock.advance(3_600_000);
  server.open();
}

/** A listener for expected errors, so that they do not go to the console. */
export const ignore = () => {};
