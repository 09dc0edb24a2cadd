// A course of a test, made from a seed: what the server sends, and what callbacks do when they are called.

/** How many calls of callbacks do something. Without this limit a course might not end. */
export const MAX_CALLS_WITH_ACTS = 50;

const NAMES = ["message", "a", "b"] as const;
/** The kinds of listeners: `problem` is one of `onError`, and `error` one of the DOM. */
const KINDS = ["on", "on", "dom", "dom", "once", "open", "error", "state", "problem", "iterate"] as const;

export type Kind = (typeof KINDS)[number];

/** Whether the DOM is a browser's. Node.js, against the standard, also calls listeners that are added during a dispatch. */
const isBrowser = "document" in globalThis;

/** Something that a callback does. */
export type Act =
  { type: "add"; kind: Kind; name: string } | { type: "remove"; which: number } | { type: "throw" } | { type: "open" } | { type: "close" };

export interface Course {
  /** The names of the events that each connection sends. */
  connections: string[][];
  /** What is done before the first connection. */
  start: Act[];
  /** What callbacks do when they are called: one list for a call. */
  scripts: Act[][];
}

/** Whether the package calls listeners of this kind, and reports what they throw. The DOM does so for its listeners. */
export const isCalledByPackage = (kind: Kind) => kind === "on" || kind === "state" || kind === "problem";

/** A function that returns random numbers from 0 to below 1, the same for the same seed. */
export function seededRandom(seed: number) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function courseOf(seed: number): Course {
  const random = seededRandom(seed);
  const below = (count: number) => Math.floor(random() * count);
  const anyOf = <T>(all: readonly T[]) => all[below(all.length)];
  const times = <T>(count: number, make: () => T) => Array.from({ length: count }, make);
  const add = (kinds: readonly Kind[] = KINDS): Act => ({ type: "add", kind: anyOf(kinds), name: anyOf(NAMES) });
  const addMeanwhile = () => add(isBrowser ? KINDS : KINDS.filter((kind) => isCalledByPackage(kind) || kind === "iterate"));
  const act = (): Act => {
    const number = below(20);
    if (number < 9) return addMeanwhile();
    if (number < 15) return { type: "remove", which: below(1000) };
    if (number < 17) return { type: "throw" };
    if (number < 19) return { type: "open" };
    // Closing is rare, since no callback is called after it.
    return below(4) ? addMeanwhile() : { type: "close" };
  };
  return {
    connections: times(1 + below(3), () => times(1 + below(8), () => anyOf(NAMES))),
    start: times(3 + below(8), () => add()),
    scripts: times(3 + below(8), () => times(below(4), act)),
  };
}

/** Decides what callbacks do, by how often each was called. */
export class Script {
  #scripts;
  #calls = new Map<number, number>();
  #acted = 0;

  constructor({ scripts }: Course) {
    this.#scripts = scripts;
  }

  /** What the callback with this number does when it is called now. */
  next(callback: number): Act[] {
    if (this.#acted === MAX_CALLS_WITH_ACTS) return [];
    this.#acted += 1;
    const call = (this.#calls.get(callback) ?? 0) + 1;
    this.#calls.set(callback, call);
    return this.#scripts[(callback * 31 + call * 7) % this.#scripts.length];
  }
}
