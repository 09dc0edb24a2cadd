// A `fetch` whose answers are cut, without a network.

export const encode = (text: string) => new TextEncoder().encode(text);

/** What one request is answered with: bytes in chunks of a size, and then the end, an error, or nothing. */
export interface Answer {
  bytes?: Uint8Array;
  chunk?: number;
  end?: "complete" | "broken" | "open";
  status?: number;
  headers?: Record<string, string>;
}

export interface Call {
  url: string;
  init: RequestInit;
  headers: Headers;
  /** Whether the body was cancelled. */
  isCancelled: boolean;
  /** How many chunks were read. */
  read: number;
}

/** What a body that is broken fails with. */
export const BROKEN = new TypeError("terminated");

/** Calls `answer` with each request, and remembers them. An exception is that of the request. */
export function cutFetch(answer: (call: Call, number: number) => Answer | Promise<Answer>) {
  const calls: Call[] = [];
  const fetch = async (input: RequestInfo | URL, init: RequestInit = {}) => {
    const call: Call = { url: String(input), init, headers: new Headers(init.headers), isCancelled: false, read: 0 };
    calls.push(call);
    const { bytes = new Uint8Array(), chunk = 1000, end = "complete", status = 200, headers } = await answer(call, calls.length);
    init.signal?.throwIfAborted();
    let at = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => init.signal?.addEventListener("abort", () => controller.error(init.signal?.reason)),
        pull(controller) {
          call.read += 1;
          const next = bytes.slice(at, (at += chunk));
          if (next.length) return controller.enqueue(next);
          if (end === "broken") controller.error(BROKEN);
          else if (end === "complete") controller.close();
          else return new Promise(() => {});
        },
        cancel: () => void (call.isCancelled = true),
      },
      { highWaterMark: 0 },
    );
    const empty = status === 204 || status === 304;
    return new Response(empty ? null : body, { status, headers: { "Content-Type": "text/event-stream", ...headers } });
  };
  return { fetch: fetch as typeof globalThis.fetch, calls };
}
