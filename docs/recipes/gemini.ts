// An answer of Gemini's `streamGenerateContent?alt=sse`. Its events have no names, and no event says that it has finished: the last
// one has a `finishReason`.

import { EventSource } from "typed-eventsource";

/** What an event holds, as far as it is used here. */
interface Chunk {
  candidates?: { content?: { parts?: { text?: string; thought?: boolean }[] }; finishReason?: string }[];
  /** It takes the place of the candidates if the prompt is refused. */
  promptFeedback?: { blockReason?: string };
  /** It takes the place of the rest if the server fails within its answer. */
  error?: { message: string };
}

/**
 * Shows the text of an answer piece by piece, and resolves with the reason why it ends there: `STOP`, `MAX_TOKENS`, `SAFETY` and
 * others.
 *
 * @param url A path of your own server, which adds the key and `alt=sse`, and passes the answer on: a page must not know the key.
 * @param request What the API takes: `{ contents, … }`.
 */
export async function generate(url: string, request: object, show: (text: string) => void, signal?: AbortSignal): Promise<string> {
  const source = new EventSource<{ message: Chunk }>(url, {
    transport: "fetch",
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(request),
    policy: {
      retryStatuses: [429, 503],
      resendRefused: true, // a refused request has cost nothing; an answer that breaks off is not asked for again
      backoff: { maxAttempts: 2, maxElapsed: 60_000 },
      closeAfterDecodeErrors: 1, // a piece of the answer would be missing
    },
    closeAfterLoop: true,
    signal,
  });
  let finishReason: string | undefined;
  for await (const { data } of source.events("message")) {
    if (data.error) throw new Error(data.error.message);
    const candidate = data.candidates?.[0];
    for (const { text, thought } of candidate?.content?.parts ?? []) if (text && !thought) show(text);
    finishReason = candidate?.finishReason ?? data.promptFeedback?.blockReason ?? finishReason;
  }
  signal?.throwIfAborted();
  if (!finishReason) throw new Error("the answer has ended before it was complete");
  return finishReason;
}
