// One connection for all tabs of an app, and a line that says who has it.

import { EventSource } from "typed-eventsource";

/** Opens a stream that the app's tabs share. Its server sends ids, and goes on after the one that a request has. */
export const openShared = <Feed extends object>(url: string | URL) =>
  new EventSource<Feed>(url, { transport: "fetch", policy: "resilient", shared: "tabs" });

/** Says who has the connection. */
export function describe({ role, tabs }: EventSource<any>): string {
  if (role === "own") return "this tab has a separate connection";
  const owner = { worker: "a shared worker", leader: "this tab", follower: "another tab" }[role];
  return `${owner} has the connection, for ${tabs} ${tabs === 1 ? "tab" : "tabs"}`;
}
