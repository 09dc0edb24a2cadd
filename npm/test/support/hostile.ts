// What the tests before a hostile server share.

import init from "typed-eventsource";
import { wasm } from "../../src/init.js";
import { seen } from "./streams.ts";

export const MiB = 2 ** 20;

await init();
const before = wasm.memory.buffer.byteLength;

/** By how many bytes the memory of the wasm half has grown since this module was loaded. */
export const memoryGrowth = () => wasm.memory.buffer.byteLength - before;

/**
 * How many attempts were made in the first `ms` milliseconds, by the server's clock. The server notes an attempt before it
 * answers, and the client makes no other before that. So on a busy machine the waits between attempts never look shorter than
 * they are.
 */
export async function attemptsWithin(ms: number, url: string) {
  const attempts = await seen(url, { attempts: 1 });
  return attempts.filter(({ opened_ms }) => opened_ms - attempts[0].opened_ms < ms).length;
}
