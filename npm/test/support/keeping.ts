// A server that keeps its answer, in place of the network. It cuts what it sends first.

import { onTestFinished, vi } from "vitest";

/** How a response is cut: the connection breaks, or the server ends the response. */
export type Cut = "break" | "end";

/** What the server was asked. */
export interface Asked {
  method: string;
  path: string;
  lastEventId: string | null;
}

const TYPE = { "Content-Type": "text/event-stream" };

/** A response with these bytes, at whose end the connection breaks if `isBroken`. */
function response(bytes: Uint8Array, isBroken: boolean) {
  const body = new ReadableStream({
    start(controller) {
      if (bytes.length) controller.enqueue(bytes);
      // What has arrived is read before the connection breaks.
      if (!isBroken) controller.close();
    },
    pull(controller) {
      if (isBroken) controller.error(new TypeError("the connection broke"));
    },
  });
  return new Response(body, { headers: TYPE });
}

/**
 * Puts servers in place of the network until the test ends. Each is asked under a separate origin, and returned by this function.
 *
 * @param events The events of the answer.
 * @param rest The events that a GET is answered with; nothing more if there are none.
 */
export function keep(events: string[], rest: (asked: Asked, events: string[]) => string[]) {
  const servers = new Map<string, { cuts: number[]; cut: Cut; asked: Asked[] }>();
  vi.stubGlobal("fetch", async (request: Request) => {
    const { origin, pathname, search } = new URL(request.url);
    const { cuts, cut, asked } = servers.get(origin)!;
    const { method, headers } = request;
    asked.push({ method, path: pathname + search, lastEventId: headers.get("Last-Event-ID") });
    const sent = method === "POST" ? events : rest(asked.at(-1)!, events);
    if (sent.length === 0) return new Response(null, { status: 204 });
    const bytes = new TextEncoder().encode(sent.join(""));
    const length = Math.min(cuts.shift() ?? Infinity, bytes.length);
    return response(bytes.subarray(0, length), cut === "break" && length < bytes.length);
  });
  onTestFinished(() => void vi.unstubAllGlobals());
  /** A server that cuts its first responses after so many bytes. */
  return (cut: Cut, ...cuts: number[]) => {
    const origin = `http://server-${servers.size}.test`;
    const asked: Asked[] = [];
    servers.set(origin, { cuts, cut, asked });
    return { url: `${origin}/chat`, asked };
  };
}

/** The numbers of all bytes of these events, the end included. */
export const everyByte = (events: string[]) => [...new TextEncoder().encode(events.join("")).keys(), Infinity];

/** The events after the one with this id; all of them if there is none. */
export function eventsAfter(id: string | null, events: string[]) {
  const index = events.findIndex((event) => event.includes(`id: ${id}\n`));
  return events.slice(index + 1);
}
