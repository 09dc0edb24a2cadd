// What is played, out of a seed: what the server sends, and what callbacks do when they are called.

/** How many times callbacks do something, so that it comes to an end. */
export const PLAYS = 50;

const NAMES = ["message", "a", "b"];
/** Whether we call these callbacks, and say what they throw. Firefox does not always say it of a listener of the DOM. */
export const isOurs = (kind) => ["on", "state", "problem"].includes(kind);

const KINDS = ["on", "on", "dom", "dom", "once", "open", "error", "state", "problem", "iterate"];

/** Numbers from 0 to below 1, the same for the same seed. */
export function dice(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function shapeOf(seed) {
  const random = dice(seed);
  const below = (count) => Math.floor(random() * count);
  const anyOf = (all) => all[below(all.length)];
  const times = (count, make) => Array.from({ length: count }, make);
  const add = () => ({ type: "add", kind: anyOf(KINDS), name: anyOf(NAMES) });
  const act = () => {
    const number = below(20);
    if (number < 9) return add();
    if (number < 15) return { type: "remove", which: below(1000) };
    if (number < 17) return { type: "throw" };
    if (number < 19) return { type: "open" };
    // Seldom, since nothing is heard after it.
    return below(4) ? add() : { type: "close" };
  };
  return {
    // An attempt is the names of the events that it brings.
    attempts: times(1 + below(3), () => times(1 + below(8), () => anyOf(NAMES))),
    start: times(3 + below(8), add),
    scripts: times(3 + below(8), () => times(below(4), act)),
  };
}

/** What the callback with this number does when it is called for so many times. */
export const scriptOf = ({ scripts }, callback, call) => scripts[(callback * 31 + call * 7) % scripts.length];

/** The steps of the server: each event has its number as data. */
export function attemptsOf({ attempts }) {
  let count = 0;
  const texts = attempts.map((names) => names.map((name) => `event: ${name}\ndata: ${(count += 1)}\n\n`).join(""));
  const last = texts.length - 1;
  return texts.map((text, index) => {
    const send = `${index === 0 ? "retry: 50\n\n" : ""}${text}${index === last ? "event: bye\ndata: 0\n\n" : ""}`;
    return { steps: [{ send }, ...(index === last ? ["silence"] : [])] };
  });
}
