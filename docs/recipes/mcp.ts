// A client's side of MCP's Streamable HTTP: a request by POST, which the server answers with a stream of messages, and a GET for the
// messages that the server sends on its own account.

import { EventSource, EventSourceError, type FetchInit, type ResponseHead } from "typed-eventsource";

/** A message of JSON-RPC. */
export interface Message {
  jsonrpc: "2.0";
  id?: string | number | null;
  method?: string;
  params?: object;
  result?: unknown;
  error?: { code: number; message: string };
}

type Feed = { message: Message };

/** How to reach a server. */
export interface Session {
  url: string;
  /** `MCP-Protocol-Version`, `Authorization` and the like. `Mcp-Session-Id` is added once the server has sent it. */
  headers?: Record<string, string>;
  /** Gets the messages that are no response to the request: progress, log entries, requests of the server. */
  receive?: (message: Message) => void;
  signal?: AbortSignal;
}

/**
 * Sends a request, of which the first is `initialize`, and resolves with its result. The request is sent once: if the connection ends
 * before the response, on purpose or not, a GET goes on after the last event, as the protocol has it.
 */
export async function request(session: Session, id: string | number, method: string, params?: object): Promise<unknown> {
  const source = new EventSource<Feed>(session.url, {
    ...common(session, POST_HEADERS),
    method: "POST",
    body: JSON.stringify({ jsonrpc: "2.0", id, method, params } satisfies Message),
    // Without an id the server cannot go on. The POST is not sent again: to answer with it closes the source.
    request: ({ lastEventId }) => (lastEventId ? { method: "GET", headers: session.headers } : {}),
    policy: { preset: "resilient", backoff: { maxAttempts: 5 } },
    maxErrorBodySize: 2 ** 24,
  });
  source.onState((state) => state.type === "open" && keepId(session, state.response));
  source.onError(() => {}); // a server may end each of its answers; if the source closes, the loop throws
  try {
    return await resultOf(source, session, id);
  } catch (error) {
    // A server may answer with one document, which may be as long as `maxErrorBodySize`.
    const isDocument = error instanceof EventSourceError && error.code === "content-type";
    if (!isDocument || !error.contentType?.startsWith("application/json")) throw error;
    keepId(session, error.response);
    return unwrap(JSON.parse(error.body ?? ""));
  }
}

/** Sends a notification, such as `notifications/initialized`. The server answers it with 202, and no message. */
export async function notify({ url, headers, signal }: Session, method: string, params?: object): Promise<void> {
  const body = JSON.stringify({ jsonrpc: "2.0", method, params } satisfies Message);
  const response = await fetch(url, { method: "POST", headers: { ...headers, ...POST_HEADERS }, body, signal });
  if (!response.ok) throw new Error(`${url} answered with status ${response.status}`);
}

/** Listens to the messages that belong to no request. A server that sends none answers with 405, which closes the source. */
export function listen(session: Session): EventSource<Feed> {
  const source = new EventSource<Feed>(session.url, { ...common(session), policy: "resilient" });
  source.on("message", ({ data }) => session.receive?.(data));
  return source;
}

const POST_HEADERS = { Accept: "application/json, text/event-stream", "Content-Type": "application/json" };

/** A server of another origin has to expose this header. */
function keepId(session: Session, response?: ResponseHead) {
  const id = response?.headers["mcp-session-id"];
  if (id) session.headers = { ...session.headers, "Mcp-Session-Id": id };
}

const common = ({ headers, signal }: Session, more?: Record<string, string>) =>
  ({
    transport: "fetch",
    headers: { ...headers, ...more },
    skipEmpty: true, // by an event without data the server gives an id to go on from
    closeAfterLoop: true,
    signal,
  }) satisfies FetchInit<Feed>;

async function resultOf(source: EventSource<Feed>, { receive, signal }: Session, id: string | number) {
  for await (const { data } of source.events("message")) {
    if (data.id === id && !data.method) return unwrap(data);
    receive?.(data);
  }
  signal?.throwIfAborted();
  throw new Error("the server has ended its answer without a response");
}

function unwrap({ result, error }: Message) {
  if (error) throw new Error(error.message);
  return result;
}
