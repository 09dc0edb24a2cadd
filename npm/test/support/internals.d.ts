// What tests use of the package that is no part of its interface.

declare module "*/src/init.js" {
  /** The memory of the wasm half. */
  export function memory(): WebAssembly.Memory;
}

declare module "*/wasm/typed_eventsource.js" {
  export function newParser(lastEventId: Uint8Array, limit: number): number;
  export function tellParser(parser: number, what: number, bytes: Uint8Array, number: number): number;
  export function nextEvents(parser: number): number;
  export function freeParser(parser: number): void;
}
