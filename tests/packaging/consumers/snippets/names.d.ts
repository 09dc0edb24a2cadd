// Declares the names that the snippets use and that an app would define.

interface Price {
  symbol: string;
  price: number;
}

declare const source: import("typed-eventsource").EventSource<{ price: Price; halt: { symbol: string; reason: string } }>;
declare const signal: AbortSignal;
declare function token(): Promise<string>;
declare function show(what: unknown): void;
