// @ts-check

/** @typedef {import("../pkg/index.js").EventSource<any>} Source */

/** Milliseconds between two looks: a source does not tell when another tab comes or goes. */
const INTERVAL = 500;

/** Says how many tabs share the connection of a source, and who has it. @param {Source} source */
function sharingText({ role, tabs }) {
  if (role === "own") return "This tab has a separate connection.";
  const owner = { worker: "a shared worker", leader: "this tab", follower: "another tab" }[role];
  if (tabs === 1) return `The connection is in ${owner}. Open a second tab: it will share it.`;
  return `${tabs} tabs share one connection, which is in ${owner}.`;
}

/**
 * Shows in an element how the connection of a source is shared, until the source closes.
 *
 * @param {Source} source
 * @param {HTMLElement} element
 */
export function showSharing(source, element) {
  const show = () => source.state.type === "open" && setText(element, sharingText(source));
  source.onState(show);
  const timer = setInterval(show, INTERVAL);
  void source.closed.then(() => {
    clearInterval(timer);
    setText(element, "");
  });
}

/** @param {HTMLElement} element @param {string} text */
function setText(element, text) {
  // A text that is set again would be read out again.
  if (element.textContent !== text) element.textContent = text;
}
