// An answer of a server with TanStack AI's resumable streams: a POST starts a run, and after a cut a GET goes on after the last event.

import { EventSource } from "typed-eventsource";

/** What an event holds, as far as it is used here. The events have no names, and an id each. */
interface Chunk {
  type: string;
  delta?: string;
  message?: string;
  finishReason?: string | null;
}

/**
 * Shows the text of a run's answer piece by piece, and resolves with the reason why it ends there, as far as the server says it.
 * The request is sent once.
 *
 * @param url The server's path, such as `/api/chat`, which answers a POST and a GET.
 * @param request What the server takes: `{ threadId, runId, messages, … }`, with a new id for each run.
 */
export async function run(url: string, request: { runId: string }, show: (text: string) => void, signal?: AbortSignal): Promise<string> {
  const ofRun = `${url}?runId=${encodeURIComponent(request.runId)}`;
  const source = new EventSource<{ message: Chunk }>(url, {
    transport: "fetch",
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(request),
    // Without an event, the server begins at the start.
    request: ({ number, lastEventId }) => (number === 1 ? {} : { method: "GET", url: lastEventId ? ofRun : `${ofRun}&offset=-1` }),
    endOfBody: "reconnect", // only an event ends a run
    policy: {
      backOffAfterLosses: true,
      backoff: { initial: 250, maxAttempts: 5 },
      closeAfterDecodeErrors: 1, // a piece of the answer would be missing
    },
    closeAfterLoop: true,
    signal,
  });
  source.onError(() => {}); // after a cut the source goes on; if it closes, the loop throws
  for await (const { data } of source.events("message")) {
    if (data.type === "TEXT_MESSAGE_CONTENT") show(data.delta ?? "");
    if (data.type === "RUN_ERROR") throw new Error(data.message);
    if (data.type === "RUN_FINISHED") return data.finishReason ?? "";
  }
  signal?.throwIfAborted();
  throw new Error("the server has nothing more of the run");
}
