// @ts-check
// What a tab has received and not handed over, where the hub does not wait for it.

import { MOST_CHARACTERS, MOST_ENTRIES } from "./log.js";
import { EVENT, LOST, POSITION } from "./kinds.js";

/** @typedef {import("./messages.js").Entry} Entry */

/** The same without its oldest events, if there are more than a hub keeps, and with how many that are. @param {Entry[]} backlog */
export function shortened(backlog) {
  let room = MOST_ENTRIES;
  let characters = MOST_CHARACTERS;
  let dropped = 0;
  const kept = [...backlog].reverse().filter(([, kind, detail, data]) => {
    if (kind === EVENT) {
      room -= 1;
      characters -= data.length;
    }
    // The last event is kept, however large it is.
    if (room > 0 && (characters >= 0 || room === MOST_ENTRIES - 1)) return true;
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
