// What the tests are written with whose server means harm.

import { wasm } from "../../src/init.js";
import { seen } from "./streams.ts";

export const MiB = 2 ** 20;

const before = wasm.memory.buffer.byteLength;

/** By how many bytes the memory of the wasm half has grown since. */
export const memoryGrowth = () => wasm.memory.buffer.byteLength - before;

/**
 * How many attempts were made in the first so many milliseconds, by the server's clock. It notes an attempt before it
 * answers, and no other is made before that: what waits between attempts is seen to be no shorter than it is, however busy
 * the machine.
 */
export async function attemptsWithin(ms: number, url: string) {
  const attempts = await seen(url, { attempts: 1 });
  return attempts.filter(({ opened_ms }) => opened_ms - attempts[0].opened_ms < ms).length;
}
