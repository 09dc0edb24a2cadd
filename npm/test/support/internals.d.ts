// The modules in JavaScript that tests use: parts of the package that are not public, and a helper of the tests in Rust.

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

declare module "*/tests/support/src/turns.js" {
  /** Holds the messages of every `MessageChannel`. */
  export function holdTurns(): void;
  /** Sends the held messages, and those that follow at once. */
  export function letTurnsEnd(): void;
}

declare module "*/src/frameworks/set-up.js" {
  export interface SetUp {
    text: string;
    parts: unknown[];
  }
  export function setUpOf(url: unknown, options: object): SetUp;
  export function optionsOf(setUp: SetUp): any;
}
