// An answer of OpenAI's Responses API, whose events have names.

import { EventSource } from "typed-eventsource";

/** Events that are not used here, and skipped. */
const SKIPPED = {
  "response.created": "skip",
  "response.in_progress": "skip",
  "response.output_item.added": "skip",
  "response.output_item.done": "skip",
  "response.content_part.added": "skip",
  "response.content_part.done": "skip",
  "response.output_text.done": "skip",
  "response.refusal.done": "skip",
} as const;

/** The events, as far as they are used here. */
type Events = { [Name in keyof typeof SKIPPED]: unknown } & {
  "response.output_text.delta": { delta: string };
  "response.refusal.delta": { delta: string };
  "response.completed": unknown;
  "response.incomplete": { response: { incomplete_details: { reason: string } } };
  "response.failed": { response: { error: { message: string } } };
};

/**
 * Shows the text of an answer piece by piece, and resolves with the reason why it ends there: `completed`, `max_output_tokens` or
 * `content_filter`.
 *
 * @param url A path of your own server, which adds the key and passes the answer on: a page must not know the key.
 * @param request What the API takes: `{ model, input, … }`.
 */
export async function respond(url: string, request: object, show: (text: string) => void, signal?: AbortSignal): Promise<string> {
  const source = new EventSource<Events>(url, {
    transport: "fetch",
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...request, stream: true }),
    terminalEvent: ["response.completed", "response.incomplete", "response.failed"],
    failureEvent: "error",
    parse: SKIPPED,
    policy: {
      retryStatuses: [429, 503],
      resendRefused: true, // a refused request has cost nothing; an answer that breaks off is not asked for again
      backoff: { maxAttempts: 2, maxElapsed: 60_000 },
      closeAfterDecodeErrors: 1, // a piece of the answer would be missing
    },
    closeAfterLoop: true,
    signal,
  });
  let reason = "completed";
  const names = ["response.output_text.delta", "response.refusal.delta", "response.incomplete", "response.failed"] as const;
  for await (const event of source.events(...names)) {
    if (event.type === "response.output_text.delta" || event.type === "response.refusal.delta") show(event.data.delta);
    else if (event.type === "response.incomplete") reason = event.data.response.incomplete_details.reason;
    else throw new Error(event.data.response.error.message);
  }
  signal?.throwIfAborted();
  return reason;
}
