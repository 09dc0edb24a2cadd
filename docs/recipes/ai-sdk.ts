// An answer of the AI SDK's UI message stream, from a server that keeps it for a while: a POST starts it, and after a cut a GET has it
// again, from its start.

import { EventSource } from "typed-eventsource";

/** What an event holds, as far as it is used here. The events have no names. */
interface Part {
  type: string;
  delta?: string;
  errorText?: string;
  finishReason?: string;
}

/**
 * Shows the text of an answer piece by piece, and resolves with the reason why it ends there, as far as the server says it. The
 * request is sent once: after a cut the source goes on with what the server has kept, of which it skips what was shown.
 *
 * @param url The server's path for chats, such as `/api/chat`. It answers a GET of `/api/chat/{id}/stream`, too.
 * @param request What the server takes: `{ id, messages, … }`.
 */
export async function chat(url: string, request: { id: string }, show: (text: string) => void, signal?: AbortSignal): Promise<string> {
  const source = new EventSource<{ message: Part }>(url, {
    transport: "fetch",
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(request),
    request: ({ number }) => (number === 1 ? {} : { method: "GET", url: `${url}/${encodeURIComponent(request.id)}/stream` }),
    terminalData: "[DONE]",
    policy: {
      backOffAfterLosses: true,
      backoff: { initial: 250, maxAttempts: 5 },
      closeAfterDecodeErrors: 1, // a piece of the answer would be missing
    },
    signal,
  });
  source.onError(() => {}); // after a cut the source goes on; why it closes is known below
  let [received, position] = [0, 0];
  let last: Part | undefined;
  source.onState(({ type }) => {
    if (type === "open") position = 0;
  });
  source.on("message", ({ data: part }) => {
    position += 1;
    if (position <= received) return;
    received = position;
    last = part;
    if (part.type === "text-delta") show(part.delta ?? "");
    if (part.type === "error") source.close();
  });
  const reason = await source.closed;
  if (reason.type === "policy") throw reason.error;
  signal?.throwIfAborted();
  if (last?.type === "error") throw new Error(last.errorText);
  // With status 204 the server says that it has nothing more of the answer.
  if (last?.type !== "finish") throw new Error("the answer has no end");
  return last.finishReason ?? "";
}
