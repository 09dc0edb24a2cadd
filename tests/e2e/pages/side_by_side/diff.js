/** The lines to remove (`-`) and to add (`+`) to turn one recording into the other. */
export function diff(from, to) {
  if (from.length === 0) return to.map((line) => `+ ${line}`);
  if (to.length === 0) return from.map((line) => `- ${line}`);
  const [first, ...rest] = from;
  const at = to.indexOf(first);
  // Recordings are short and hardly differ, so that the first match is good enough.
  if (at < 0) return [`- ${first}`, ...diff(rest, to)];
  return [...to.slice(0, at).map((line) => `+ ${line}`), ...diff(rest, to.slice(at + 1))];
}
