// What tests use of the package that is no part of its interface.

declare module "*/src/init.js" {
  /** What the wasm half exports, once it is there. */
  export const wasm: {
    memory: WebAssembly.Memory;
    newParser(lastEventId: number, length: number, limit: number): number;
    tellParser(parser: number, what: number, bytes: number, length: number, number: number): number;
    nextEvents(parser: number): number;
    free(parser: number): void;
  };
}

declare module "*/src/memory.js" {
  /** Copies bytes for the wasm half, and answers where they are. */
  export function copyToWasm(bytes: Uint8Array): number;
}
