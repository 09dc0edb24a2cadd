// The parts of the package that tests use and that are not public.

declare module "*/src/init.js" {
  /** What the wasm half exports, once it is loaded. */
  export const wasm: {
    memory: WebAssembly.Memory;
    newParser(lastEventId: number, length: number, limit: number): number;
    tellParser(parser: number, what: number, bytes: number, length: number, number: number): number;
    nextEvents(parser: number): number;
    free(parser: number): void;
  };
}

declare module "*/src/memory.js" {
  /** Copies bytes into the memory of the wasm half, and returns their address. */
  export function copyToWasm(bytes: Uint8Array): number;
}
