// @ts-check

/** Says how many tabs share the connection of a source, and who has it. @param {import("../pkg/index.js").EventSource<any>} source */
export function sharingText({ role, tabs }) {
  if (role === "own") return "This tab has a separate connection.";
  const owner = { worker: "a shared worker", leader: "this tab", follower: "another tab" }[role];
  if (tabs === 1) return `The connection is in ${owner}. Open a second tab: it will share it.`;
  return `${tabs} tabs share one connection, which is in ${owner}.`;
}
