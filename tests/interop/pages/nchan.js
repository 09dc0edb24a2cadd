// @ts-check
import { EventSource } from "typed-eventsource";

/**
 * Joins the chat: opens a source that calls `show` with each message.
 *
 * @param {"browser" | "fetch"} transport @param {(text: string) => void} show
 */
export function join(transport, show) {
  /** @type {EventSource<{ message: string }>} */
  const source = new EventSource("/chat", {
    transport,
    parse: "text",
    policy: { preset: "resilient", reconnectionTime: 500 },
  });
  source.on("message", ({ data }) => show(data));
  return source;
}

/** Sends a message to the chat. @param {string} text */
export const say = (text) => fetch("/chat", { method: "POST", body: text });
