// Streams that a test scripts, and what the server saw of them. `cargo run -p typed-eventsource-server -- --help` describes them.

import { EventSource, type EventSourceInit, type TypedEvent } from "typed-eventsource";
import { inject, onTestFinished, vi } from "vitest";

export const ORIGIN = inject("origin");
export const SECOND_ORIGIN = inject("secondOrigin");

export type Transport = "browser" | "fetch";

/** The transports of this environment: Node.js has no `EventSource`. */
export const TRANSPORTS: readonly Transport[] = "EventSource" in globalThis ? ["browser", "fetch"] : ["fetch"];

export const isFirefox = globalThis.navigator?.userAgent.includes("Firefox") ?? false;

/** A step of what a connection gets. `wait` sends nothing until `release` is called, `pause` sends nothing for milliseconds. */
export type Step =
  | { send: string }
  | { send_base64: string }
  | { repeat: { times: number; send: string } }
  | { fill: { bytes: number; send: string } }
  | { drip: { every: number; send: string } }
  | { pause: number }
  | "wait"
  | "end"
  | "reset"
  | "silence";

/** What one connection gets: the server's part of a source's attempt to connect. */
export interface Attempt {
  status?: number;
  cors?: "credentials" | "any" | "none";
  headers?: [name: string, value: string | null][];
  steps?: Step[];
  before?: (Step | { long_head: number })[];
}

/** What the server saw of one connection. */
export interface SeenAttempt {
  method: string;
  path: string;
  headers: Record<string, string | undefined>;
  body: string;
  opened_ms: number;
  closed_ms: number | null;
  closed_by: "client" | "server" | null;
}

/** Puts a script, and returns the URL of its stream. The n-th connection gets the n-th attempt, and the last attempt repeats. */
export async function play(...attempts: Attempt[]): Promise<string> {
  const url = `${ORIGIN}/streams/${crypto.randomUUID()}`;
  await put(url, attempts);
  return url;
}

/** Puts an attack of the server's table, and returns the URL of its stream. */
export async function playAttack(name: string): Promise<string> {
  const url = `${ORIGIN}/streams/${crypto.randomUUID()}`;
  await putScript(`${script(url)}?attack=${name}`);
  return url;
}

/** Puts a script for the stream at this URL. */
export const put = (url: string, attempts: Attempt[]) => putScript(script(url), JSON.stringify({ attempts }));

async function putScript(url: string, body?: string) {
  const { ok, status } = await fetch(url, { method: "PUT", body });
  if (!ok) throw new Error(`the server does not take the script: ${status}`);
}

/** The connections to a stream, once that many attempts were made and that many of them are closed. */
export async function seen(url: string, { attempts = 0, closed = 0 }): Promise<SeenAttempt[]> {
  for (;;) {
    const answer = await fetch(`${script(url)}/seen?attempts=${attempts}&closed=${closed}`);
    // The server answers after ten seconds in any case, and is asked again.
    if (answer.status !== 504) return (await answer.json()).attempts;
  }
}

/** How many requests with the mode `no-cors` a stream got: by these a source asks why it got no answer. */
export const asksOf = async (url: string): Promise<number> => (await (await fetch(`${script(url)}/seen`)).json()).asks;

/** The first connection to a stream, once there is one. */
export async function seenFirst(url: string, awaited: { attempts?: number; closed?: number } = { attempts: 1 }): Promise<SeenAttempt> {
  const [first] = await seen(url, awaited);
  if (!first) throw new Error(`nobody has asked for ${url}`);
  return first;
}

/** Lets one `wait` of a stream pass. */
export const release = (url: string) => fetch(`${script(url)}/release`, { method: "POST" });

/** Deletes the script of a stream, whose connections end. */
export const forget = (url: string) => fetch(script(url), { method: "DELETE" });

const script = (url: string) => url.replace("/streams/", "/scripts/").replace(/[?#].*$/s, "");

/** Opens a source, which is closed when its test ends. */
export function open(url: string | URL, init?: Partial<EventSourceInit>): EventSource {
  const source = new EventSource(url, init as EventSourceInit);
  onTestFinished(() => source.close());
  return source;
}

/** The next event of this name. */
export const next = (source: EventSource, name = "message") =>
  new Promise<TypedEvent<any>>((resolve) => source.on(name, resolve as (event: TypedEvent<unknown>) => void));

/** Waits until the condition holds, for a minute at most, since a machine may be busy. */
export const until = (condition: () => unknown) => vi.waitUntil(condition, { timeout: 60_000, interval: 5 });

/** A listener for expected errors, so that they do not go to the console. */
export const ignore = () => {};

export const base64 = (bytes: Uint8Array) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

/** The bytes of texts, and other bytes. */
export const bytesOf = (...parts: (string | number[])[]) =>
  new Uint8Array(parts.flatMap((part) => (typeof part === "string" ? [...new TextEncoder().encode(part)] : part)));
