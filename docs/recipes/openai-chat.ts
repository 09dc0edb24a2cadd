// An answer of OpenAI's chat completions, which many other servers offer too: Azure, Groq, LiteLLM, Ollama, OpenRouter, vLLM.

import { EventSource } from "typed-eventsource";

/** What an event holds, as far as it is used here. The events have no names. */
interface Chunk {
  /** It is empty in the last chunk, which has the usage if `stream_options` asks for that. */
  choices?: { delta: { content?: string | null; refusal?: string | null }; finish_reason: string | null }[];
  /** It takes the place of the rest if the server fails within its answer. */
  error?: { message: string };
}

/**
 * Shows the text of an answer piece by piece, and resolves with the reason why it ends there: `stop`, `length` and others.
 *
 * @param url A path of your own server, which adds the key and passes the answer on: a page must not know the key.
 * @param request What the API takes: `{ model, messages, … }`.
 */
export async function complete(url: string, request: object, show: (text: string) => void, signal?: AbortSignal): Promise<string> {
  const source = new EventSource<{ message: Chunk }>(url, {
    transport: "fetch",
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...request, stream: true }),
    terminalData: "[DONE]",
    failureEvent: "error", // some servers name it so
    policy: {
      retryStatuses: [429, 503],
      resendRefused: true, // a refused request has cost nothing; an answer that breaks off is not asked for again
      backoff: { maxAttempts: 2, maxElapsed: 60_000 },
      closeAfterDecodeErrors: 1, // a piece of the answer would be missing
    },
    closeAfterLoop: true,
    signal,
  });
  let finishReason = "";
  for await (const { data } of source.events("message")) {
    if (data.error) throw new Error(data.error.message);
    const choice = data.choices?.[0];
    const text = choice?.delta.content ?? choice?.delta.refusal;
    if (text) show(text);
    finishReason = choice?.finish_reason ?? finishReason;
  }
  signal?.throwIfAborted();
  return finishReason;
}
