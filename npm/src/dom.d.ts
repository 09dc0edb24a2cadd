// What the types of the package need of the DOM. Where its library is missing, as in Node.js and in workers, these have what
// the package itself needs.

type Global = typeof globalThis;

/** The instances of a global class. */
type Instance<Name extends string, Otherwise = never> = Global extends { [Key in Name]: { prototype: infer Type } } ? Type : Otherwise;

export type AbortSignal = Instance<
  "AbortSignal",
  {
    readonly aborted: boolean;
    readonly reason?: unknown;
    addEventListener(type: "abort", callback: () => void): void;
    removeEventListener(type: "abort", callback: () => void): void;
  }
>;
export type Event = Instance<"Event", { readonly type: string }>;
export type Headers = Instance<"Headers", { get(name: string): string | null; has(name: string): boolean }>;
export type Response = Instance<"Response">;
export type URL = Instance<"URL", { readonly href: string }>;

// @ts-ignore There may be none, or one without a type parameter.
type Message = globalThis.MessageEvent<string>;
// Of the libraries with such a class, the browser's have `onmessage`, and a class with a type parameter.
export type MessageEvent<_Data> = Global extends { MessageEvent: unknown; onmessage: unknown }
  ? Message
  : { readonly type: string; readonly data: string; readonly lastEventId: string; readonly origin: string };

export interface EventListenerOptions {
  capture?: boolean | undefined;
}
export interface AddEventListenerOptions extends EventListenerOptions {
  once?: boolean | undefined;
  passive?: boolean | undefined;
  signal?: AbortSignal | undefined;
}
export type EventListenerOrEventListenerObject = ((event: Event) => void) | { handleEvent(event: Event): void };

interface Target {
  addEventListener(
    type: string,
    callback: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions | undefined,
  ): void;
  dispatchEvent(event: Event): boolean;
  removeEventListener(
    type: string,
    callback: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions | undefined,
  ): void;
}
export const EventTarget: Global extends { EventTarget: infer Class extends new () => unknown } ? Class : new () => Target;

/** Which views it has depends on the version of TypeScript. */
export type BufferSource = Global extends { WebAssembly: { Module: new (bytes: infer Bytes) => unknown } }
  ? Bytes
  : ArrayBufferView | ArrayBuffer;
export type XMLHttpRequestBodyInit = string | BufferSource | Instance<"Blob"> | Instance<"FormData"> | Instance<"URLSearchParams">;
export type HeadersInit = Global extends { Headers: new (init?: infer Init) => unknown }
  ? Exclude<Init, undefined>
  : Iterable<readonly [string, string]> | { [name: string]: string };
export type RequestInit = Global extends { Request: new (input: never, init?: infer Init) => unknown } ? Exclude<Init, undefined> : object;
export type WasmModule = Global extends { WebAssembly: { Module: { prototype: infer Type } } } ? Type : object;

export type ReferrerPolicy =
  | ""
  | "no-referrer"
  | "no-referrer-when-downgrade"
  | "origin"
  | "origin-when-cross-origin"
  | "same-origin"
  | "strict-origin"
  | "strict-origin-when-cross-origin"
  | "unsafe-url";
export type RequestCache = "default" | "force-cache" | "no-cache" | "no-store" | "only-if-cached" | "reload";
export type RequestCredentials = "include" | "omit" | "same-origin";
export type RequestMode = "cors" | "navigate" | "no-cors" | "same-origin";
export type RequestRedirect = "error" | "follow" | "manual";
