// @ts-check
// What a tab has received over a channel and not handed over. The hub waits for no tab there.

import { MOST_CHARACTERS, MOST_ENTRIES } from "./log.js";
import { EVENT, LOST, POSITION } from "./kinds.js";

/** @typedef {import("./messages.js").Entry} Entry */

/**
 * The backlog without its oldest events, if it has as many as a hub keeps. An entry at the front says how many were dropped.
 *
 * @param {Entry[]} backlog
 */
export function shortened(backlog) {
  let eventRoom = MOST_ENTRIES;
  let characterRoom = MOST_CHARACTERS;
  let dropped = 0;
  const kept = [...backlog].reverse().filter(([, kind, detail, data]) => {
    if (kind === EVENT) {
      eventRoom -= 1;
      characterRoom -= data.length;
    }
    // The last event is kept, however large it is.
    if (eventRoom > 0 && (characterRoom >= 0 || eventRoom === MOST_ENTRIES - 1)) return true;
    if (kind === EVENT) dropped += 1;
    else if (kind === LOST) dropped += detail ?? 0;
    else return kind !== POSITION;
    return false;
  });
  if (!dropped) return backlog;
  /** @type {Entry[]} */
  const lost = [[0, LOST, dropped]];
  return lost.concat(kept.reverse());
}
