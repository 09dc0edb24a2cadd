// @ts-check
// What the tabs of an origin and their shared worker say to each other: arrays that begin with a name. Tabs with another protocol are
// not spoken to.

import { EventSourceError } from "./package.js";

/** In the names of workers, channels and locks. To be changed with any message. */
export const PROTOCOL = "typed-eventsource/1";

/** Shared by the workers that run. */
export const WORKER_LOCK = `${PROTOCOL} worker`;

/** A name that nobody else has. */
export const newName = () => Math.random().toString(36).slice(2);

/**
 * Where a member is in the stream: the number of the last entry that it has received, of the hub that has this term, and the last event
 * id. A later hub has a higher term.
 *
 * @typedef {{ term: number, number: number, lastEventId: string }} Position
 *
 * How a member introduces itself to a hub: the name of its tab, its name, the lock that it holds as long as it takes part, where it
 * is, and what it listens to.
 *
 * @typedef {{
 *   tab: string,
 *   name: string,
 *   lock?: string,
 *   position: Position,
 *   names: string[],
 *   listensToAll?: boolean,
 *   tracksIds?: boolean,
 *   isHidden: boolean,
 * }} Introduction
 *
 * @typedef {[number: number, kind: number, ...details: any[]]} Entry
 */

/** How deep values are copied: an error may be among its own causes. */
const DEEPEST = 16;

/**
 * A value as it can be copied to another tab: errors of this package by their parts, and without what cannot be copied.
 *
 * @param {any} value
 * @param {number} [depth]
 * @returns {any}
 */
export function pack(value, depth = 0) {
  if (value instanceof EventSourceError) return { packed: [value.code, value.message, pack({ ...value, cause: value.cause }, depth)] };
  if (isPlain(value)) return mapped(value, pack, depth);
  try {
    return structuredClone(value);
  } catch {
    return undefined;
  }
}

/** @param {any} value @param {number} [depth] @returns {any} */
export function unpack(value, depth = 0) {
  if (!isPlain(value)) return value;
  const { packed } = value;
  if (!Array.isArray(packed)) return mapped(value, unpack, depth);
  const [code, message, details] = packed;
  return new EventSourceError(code, message, unpack(details, depth));
}

/** @param {any} value */
const isPlain = (value) => Array.isArray(value) || (Object(value) === value && Object.getPrototypeOf(value) === Object.prototype);

/** @param {any} value @param {(value: any, depth: number) => any} change @param {number} depth */
function mapped(value, change, depth) {
  if (depth > DEEPEST) return undefined;
  if (Array.isArray(value)) return value.map((part) => change(part, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, change(part, depth + 1)]));
}
