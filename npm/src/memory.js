// @ts-check
// Bytes and texts, on their way into the memory of the wasm half and out of it.

import { wasm } from "./init.js";

export const encoder = new TextEncoder();
export const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** All of the memory. A growing one detaches its buffer, after which there has to be another view. */
let memory = new Uint8Array();

/**
 * Copies bytes for the wasm half, which owns them from then on. Answers where they are.
 *
 * @param {Uint8Array} bytes
 */
export function give(bytes) {
  const address = wasm.__wbindgen_malloc(bytes.length, 1) >>> 0;
  if (!memory.length) memory = new Uint8Array(wasm.memory.buffer);
  memory.set(bytes, address);
  return address;
}

/** @param {number} address @param {number} length In bytes. */
export const textAt = (address, length) => decoder.decode(new Uint8Array(wasm.memory.buffer, address, length));
