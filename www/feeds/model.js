// @ts-check
import { EventSource } from "../../pkg/index.js";
import { array, object, optional, string } from "../schema.js";

const choice = object({ delta: object({ content: optional(string) }) });

const schemas = {
  message: object({ choices: array(choice) }),
};

/**
 * What the server sends: the names of its events, and the data of each.
 *
 * @typedef {import("../schema.js").Feed<typeof schemas>} Feed
 */

/**
 * Asks the model by a POST over `fetch`, and passes on each token. The source closes at `[DONE]`,
 * or when the signal is aborted; its `closed` tells which.
 *
 * @typedef {{ role: "user" | "assistant", content: string }} Message
 * @param {{ client: string, messages: Message[], signal: AbortSignal }} options
 * @param {(token: string) => void} onToken
 */
export function openModel({ client, messages, signal }, onToken) {
  /** @type {EventSource<Feed>} */
  const source = new EventSource("/demo/model", {
    transport: "fetch",
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ client, messages, stream: true }),
    schemas,
    // This server continues after the last token that was received, so the request may be sent again.
    policy: { preset: "resilient", resend: true, backoff: { initial: 1_500, max: 6_000 } },
    terminalData: "[DONE]",
    signal,
  });

  source.on("message", ({ data }) => {
    for (const { delta } of data.choices) if (delta.content) onToken(delta.content);
  });

  return source;
}
