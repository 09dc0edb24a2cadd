// @ts-check
import init, { EventSource } from "../../pkg/index.js";
import { array, object, optional, string } from "../schema.js";

await init();

const schemas = {
  message: object({ choices: array(object({ delta: object({ content: optional(string) }) })) }),
};

/** @typedef {import("../schema.js").Feed<typeof schemas>} Feed What the server sends: names of events, data of each. */

/**
 * Asks the model, by a POST over `fetch`, and hands on each token. The source closes at `[DONE]`, or when the signal is
 * aborted; its `closed` tells which.
 *
 * @param {{ client: string, messages: { role: string, content: string }[], signal: AbortSignal }} options
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
    // This server goes on after the last token that was heard, so that to ask again costs nothing and repeats nothing.
    policy: { preset: "resilient", resend: true, backoff: { initial: 1_500, max: 6_000 } },
    terminalData: "[DONE]",
    signal,
  });

  source.on("message", ({ data }) => {
    for (const { delta } of data.choices) if (delta.content) onToken(delta.content);
  });

  return source;
}
