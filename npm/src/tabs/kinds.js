// @ts-check
// The kinds of the entries that a hub sends. They are in a separate module, since bundlers put such numbers where they are used.

// Those that the hub numbers.
export const EVENT = 0;
export const STATE = 1;
export const REPORT = 2;
export const GAP = 3;
export const ATTEMPT = 4;
export const END = 5;
// Those that have no number: 0 stands in its place.
export const LOST = 6;
export const POSITION = 7;
