// An answer of Anthropic's Messages API, whose events have names.

import { EventSource } from "typed-eventsource";

/** The events, as far as they are used here. The others are skipped. */
type Events = {
  message_start: unknown;
  content_block_start: unknown;
  content_block_delta: { index: number; delta: Delta };
  content_block_stop: unknown;
  message_delta: { delta: { stop_reason: string | null } };
  ping: unknown;
};

type Delta =
  | { type: "text_delta"; text: string }
  | { type: "input_json_delta"; partial_json: string } // a part of the input of a tool
  | { type: "thinking_delta"; thinking: string }
  | { type: "signature_delta"; signature: string };

/**
 * Shows the text of an answer piece by piece, and resolves with the reason why it ends there: `end_turn`, `max_tokens`, `tool_use`
 * and others.
 *
 * @param url A path of your own server, which adds the key and passes the answer on: a page must not know the key.
 * @param request What the API takes: `{ model, max_tokens, messages, … }`.
 */
export async function answer(url: string, request: object, show: (text: string) => void, signal?: AbortSignal): Promise<string> {
  const source = new EventSource<Events>(url, {
    transport: "fetch",
    method: "POST",
    headers: { "Content-Type": "application/json", "anthropic-version": "2023-06-01" },
    body: JSON.stringify({ ...request, stream: true }),
    terminalEvent: "message_stop",
    failureEvent: "error", // such as `overloaded_error`, also within an answer
    parse: { message_start: "skip", content_block_start: "skip", content_block_stop: "skip", ping: "skip" },
    policy: {
      retryStatuses: [429, 503, 529], // 529: overloaded
      resendRefused: true, // a refused request has cost nothing; an answer that breaks off is not asked for again
      backoff: { maxAttempts: 2, maxElapsed: 60_000 },
      closeAfterDecodeErrors: 1, // a piece of the answer would be missing
    },
    closeAfterLoop: true,
    signal,
  });
  let stopReason = "";
  for await (const event of source.events("content_block_delta", "message_delta")) {
    if (event.type === "message_delta") stopReason = event.data.delta.stop_reason ?? stopReason;
    else if (event.data.delta.type === "text_delta") show(event.data.delta.text);
  }
  signal?.throwIfAborted();
  return stopReason;
}
