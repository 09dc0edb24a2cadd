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

declare module "*/tests/support/src/support.js" {
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

declare module "*/src/tabs/with-package.js" {}

declare module "*/src/tabs/messages.js" {
  export type Entry = [number: number, kind: number, ...details: any[]];
  export const PROTOCOL: string;
  export function pack(value: unknown): any;
  export function unpack(value: unknown): any;
}

declare module "*/src/tabs/kinds.js" {
  export const EVENT: number;
  export const STATE: number;
  export const LOST: number;
  export const POSITION: number;
}

declare module "*/src/tabs/log.js" {
  export class Log {
    last: number;
    cut: number;
    add(kind: number, details: unknown[]): void;
    numberOf(lastEventId: string): number | undefined;
    after(number: number): { upTo: number; entries: import("*/src/tabs/messages.js").Entry[]; lastEventId?: string };
  }
}

declare module "*/src/tabs/backlog.js" {
  type Entry = import("*/src/tabs/messages.js").Entry;
  export function shortened(backlog: Entry[]): Entry[];
}

declare module "*/src/tabs/received.js" {
  type Entry = import("*/src/tabs/messages.js").Entry;
  export class Received {
    has(event: Entry): boolean;
    add(event: Entry): void;
  }
}

declare module "*/src/tabs/catching-up.js" {
  type Entry = import("*/src/tabs/messages.js").Entry;
  export class CatchingUp {
    constructor(
      host: object,
      open: (lastEventId: string, link: any) => object,
      link: object,
      lastEventId: string,
      received: object,
      first: Entry,
      onEnd: (entries: Entry[], hasLost: boolean) => void,
    );
    add(entry: Entry): void;
    cancel(): void;
    giveWay(): void;
    end(hasLost: boolean): void;
  }
}

declare module "*/src/tabs/functions.js" {
  export function askFunction(name: string, settings: object, details: unknown[], signal?: AbortSignal): any;
}

declare module "*/src/tabs/silence.js" {
  export function watchSilence(host: object, ask: () => void, onSilence: () => void): { note(): void; stop(): void };
}

declare module "*/src/tabs/typed-eventsource-worker.js" {}

declare module "*/www/playground/choices.js" {
  export interface Limit {
    after: number;
    then: "close" | "reopen" | "keep-waiting";
  }
  export interface State {
    transport: "browser" | "fetch";
    preset: "browser" | "close-on-error" | "resilient";
    faults: string[];
    [field: string]: unknown;
  }
  export interface Field {
    key: string;
    kind: "choice" | "flag" | "number" | "limit" | "statuses";
    values?: string[];
  }
  export const ACTIONS: Limit["then"][];
  export const EXAMPLE: State;
  export const FAULTS: { name: string; label: string; does: string }[];
  export const FIELDS: Field[];
}

declare module "*/www/playground/fragment.js" {
  type State = import("*/www/playground/choices.js").State;
  export function writeFragment(state: State): string;
  export function readFragment(fragment: string): { state: State; problems: string[] };
}

declare module "*/www/playground/options.js" {
  export function optionsOf(state: import("*/www/playground/choices.js").State): import("typed-eventsource").EventSourceInit<any>;
}

declare module "*/www/playground/script.js" {
  type State = import("*/www/playground/choices.js").State;
  export function scriptOf(state: State): { attempts: import("../support/streams.ts").Attempt[] };
}

declare module "*/www/playground/typescript.js" {
  export function typescript(state: import("*/www/playground/choices.js").State): string;
}

declare module "*/www/playground/rust.js" {
  export function rust(state: import("*/www/playground/choices.js").State): string;
}
