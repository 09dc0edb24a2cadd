// @ts-check
// Copies bytes and texts into and out of the memory of the WebAssembly.

import { wasm } from "./init.js";

/**
 * A module of Node.js, for environments of tests that hide the globals which it would have: Jest's jsdom.
 *
 * @param {string} name
 */
export const nodeModule = (name) => /** @type {any} */ (globalThis).process.getBuiltinModule(name);

const { TextEncoder, TextDecoder } = globalThis.TextEncoder ? globalThis : nodeModule("util");

export const encoder = new TextEncoder();
export const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A text in which each character is a byte of UTF-8, as headers need it. @param {string} text */
export const inBytes = (text) => Array.from(encoder.encode(text), (byte) => String.fromCharCode(byte)).join("");

/** A view of all of the memory. When the memory grows, its buffer is detached, and a new view is needed. */
let memory = new Uint8Array();

/**
 * Copies bytes for the WebAssembly, which then owns them. Returns their address.
 *
 * @param {Uint8Array} bytes
 */
export function copyToWasm(bytes) {
  const address = wasm.__wbindgen_malloc(bytes.length, 1) >>> 0;
  if (!memory.length) memory = new Uint8Array(wasm.memory.buffer);
  memory.set(bytes, address);
  return address;
}

/** @param {number} address @param {number} length In bytes. */
export const textAt = (address, length) => decoder.decode(new Uint8Array(wasm.memory.buffer, address, length));
