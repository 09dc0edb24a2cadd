// `typed-eventsource/compat/fetch-event-source` beside the package that it takes the place of: the same code, the same server.

import { fetchEventSource as original } from "@microsoft/fetch-event-source";
import { EventStreamContentType, fetchEventSource as ours } from "typed-eventsource/compat/fetch-event-source";
import { describe, expect, test } from "vitest";
import { type Attempt, play, release, seen, until } from "../support/streams.ts";

type FetchEventSource = typeof ours;

/** Code of a user, which notes what it is called with. */
type Usage = (fetchEventSource: FetchEventSource, url: string, note: (...what: unknown[]) => void) => Promise<unknown>;

class FatalError extends Error {}
class RetriableError extends Error {}

const tokens = (...texts: string[]) => texts.map((text) => ({ send: `data: ${JSON.stringify({ text })}\n\n` }));

const numbered = (...ids: number[]) => ids.map((id) => ({ send: `id: ${id}\nevent: tick\ndata: ${id}\n\n` }));

const USAGES: [name: string, attempts: Attempt[], usage: Usage][] = [
  [
    "tokens of a model are shown as they come, after a POST",
    [{ cors: "any", steps: [...tokens("Hel", "lo"), { send: "data: [DONE]\n\n" }, "end"] }],
    async (fetchEventSource, url, note) => {
      let answer = "";
      await fetchEventSource(url, {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: "Bearer secret" },
        body: JSON.stringify({ prompt: "Hi" }),
        openWhenHidden: true,
        onmessage: ({ data }) => (data === "[DONE]" ? note("done") : (answer += JSON.parse(data).text)),
        onclose: () => note("closed"),
      });
      note(answer);
    },
  ],
  [
    "an answer is stopped by its user",
    [{ steps: [...tokens("Hel", "lo"), "silence"] }],
    async (fetchEventSource, url, note) => {
      const controller = new AbortController();
      let count = 0;
      await fetchEventSource(url, {
        signal: controller.signal,
        onmessage: ({ data }) => {
          note(data);
          if ((count += 1) === 2) controller.abort();
        },
        onclose: () => note("closed"),
        onerror: () => note("error"),
      });
      note("stopped");
    },
  ],
  [
    "a refusal is fatal by its status",
    [{ status: 403, steps: ["end"] }],
    async (fetchEventSource, url, note) => {
      const open = async (response: Response) => {
        if (response.ok && response.headers.get("content-type") === EventStreamContentType) return;
        if (response.status >= 400 && response.status < 500 && response.status !== 429) throw new FatalError(`${response.status}`);
        throw new RetriableError();
      };
      await fetchEventSource(url, {
        onopen: open,
        onerror: (error) => {
          note(error.constructor.name, error.message);
          if (error instanceof FatalError) throw error;
        },
      }).catch((error) => note("rejected", error.message));
    },
  ],
  [
    "a server that is down for a moment is asked again, after a time of the user's",
    [{ status: 503, steps: ["end"] }, { status: 429, steps: ["end"] }, { steps: [...numbered(1), "end"] }],
    async (fetchEventSource, url, note) => {
      await fetchEventSource(url, {
        onopen: async ({ status }) => {
          note("status", status);
          if (status !== 200) throw new RetriableError();
        },
        onmessage: ({ id, event, data }) => note(id, event, data),
        onerror: (error) => {
          note(error.constructor.name);
          return 10;
        },
      });
    },
  ],
  [
    "a stream goes on after the last event when the server has ended it",
    [{ steps: [{ send: "retry: 10\n\n" }, ...numbered(1, 2), "end"] }, { steps: [...numbered(3), "end"] }],
    async (fetchEventSource, url, note) => {
      let closes = 0;
      await fetchEventSource(url, {
        // The original also calls it for a block that has no data.
        onmessage: ({ id, data }) => data && note(id, data),
        onclose: () => {
          note("closed");
          if ((closes += 1) === 1) throw new RetriableError();
        },
      });
    },
  ],
  [
    "a connection that breaks is made again",
    [{ steps: [...numbered(1), "wait", "reset"] }, { steps: [...numbered(2), "end"] }],
    async (fetchEventSource, url, note) => {
      await fetchEventSource(url, {
        onmessage: ({ id }) => {
          note(id);
          void release(url);
        },
        onerror: (error) => {
          note(error instanceof TypeError);
          return 5;
        },
      });
    },
  ],
  [
    "an event of the server ends the stream as an error",
    [{ steps: [...numbered(1), { send: "event: FatalError\ndata: quota\n\n" }, "silence"] }],
    async (fetchEventSource, url, note) => {
      await fetchEventSource(url, {
        onmessage: ({ event, data }) => {
          note(event, data);
          if (event === "FatalError") throw new FatalError(data);
        },
        onerror: (error) => {
          throw error;
        },
      }).catch((error) => note("rejected", error.message));
    },
  ],
  [
    "a response that is no event stream is an error by default",
    [{ headers: [["Content-Type", "text/html"]], steps: [{ send: "<p>" }, "end"] }],
    async (fetchEventSource, url, note) => {
      await fetchEventSource(url, {
        onmessage: () => note("message"),
        onerror: (error) => {
          throw error;
        },
      }).catch((error) => note("rejected", error.message.includes("text/html")));
    },
  ],
  [
    "a function of the user's makes the requests, with another token each time",
    [{ status: 401, steps: ["end"] }, { steps: [...numbered(1), "end"] }],
    async (fetchEventSource, url, note) => {
      let token = 0;
      await fetchEventSource(url, {
        fetch: (input, init) => fetch(input, { ...init, headers: { ...init?.headers, Authorization: `Bearer ${(token += 1)}` } }),
        onopen: async ({ status }) => {
          if (status === 401) throw new RetriableError();
        },
        onmessage: ({ data }) => note(data),
        onerror: () => 1,
      });
    },
  ],
  [
    "a component reads a stream until it is unmounted",
    [{ steps: [...numbered(1, 2), "silence"] }],
    async (fetchEventSource, url, note) => {
      const mounted = new AbortController();
      const lines: string[] = [];
      const reading = fetchEventSource(url, {
        headers: { Accept: "text/event-stream" },
        signal: mounted.signal,
        onmessage: ({ data }) => lines.push(data),
      });
      await until(() => lines.length === 2);
      mounted.abort();
      note(await reading, lines);
    },
  ],
  [
    "an agent sends steps of several names",
    [{ steps: [{ send: 'event: step\ndata: {"n":1}\n\nevent: tool\ndata: a\ndata: b\n\ndata: last\n\n' }, "end"] }],
    async (fetchEventSource, url, note) => {
      await fetchEventSource(url, { onmessage: ({ event, data }) => note(event, data) });
    },
  ],
];

describe.each(USAGES)("%s", (_, attempts, usage) => {
  test("what the user is called with, and what the server sees, are the same", async () => {
    const run = async (fetchEventSource: FetchEventSource) => {
      const url = await play(...attempts);
      const notes: unknown[] = [];
      await usage(fetchEventSource, url, (...what) => notes.push(what));
      const requests = await seen(url, { attempts: attempts.length, closed: attempts.length });
      const asked = requests.map(({ method, body, headers }) => ({
        method,
        body,
        id: headers["last-event-id"],
        accept: headers.accept,
        token: headers.authorization,
      }));
      return { notes, asked };
    };
    const expected = await run(original as FetchEventSource);
    expect(expected.notes).not.toEqual([]);
    expect(await run(ours)).toEqual(expected);
  });
});

/** Hides or shows the page, as far as scripts can tell. */
function setHidden(isHidden: boolean) {
  Object.defineProperty(document, "hidden", { configurable: true, value: isHidden });
  document.dispatchEvent(new Event("visibilitychange"));
}

test.each([
  ["the original", original as FetchEventSource],
  ["ours", ours],
])("%s goes on after the last event when the page is shown again", async (_, fetchEventSource) => {
  const url = await play({ steps: [...numbered(1), "silence"] }, { steps: [...numbered(2), "end"] });
  const ids: string[] = [];
  const reading = fetchEventSource(url, { onmessage: ({ id }) => ids.push(id) });
  await until(() => ids.length);
  setHidden(true);
  await seen(url, { closed: 1 });
  expect(await seen(url, { attempts: 1 })).toHaveLength(1);
  setHidden(false);
  await reading;
  Reflect.deleteProperty(document, "hidden");
  expect(ids).toEqual(["1", "2"]);
  const [, second] = await seen(url, { attempts: 2 });
  expect(second?.headers["last-event-id"]).toBe("1");
});

test("a block without data is no message, and a message without an id has the last one, as the standard says", async () => {
  const url = await play({ steps: [{ send: "retry: 10\n\nid: 1\ndata: 1\n\nevent: message\ndata: 2\n\n" }, "end"] });
  const run = async (fetchEventSource: FetchEventSource) => {
    const messages: unknown[] = [];
    await fetchEventSource(url, { onmessage: ({ id, event, data }) => messages.push([id, event, data]) });
    return messages;
  };
  expect(await run(original as FetchEventSource)).toEqual([
    ["", "", ""],
    ["1", "", "1"],
    ["", "message", "2"],
  ]);
  expect(await run(ours)).toEqual([
    ["1", "", "1"],
    ["1", "", "2"],
  ]);
});

test("nothing is requested with a signal that was aborted before, and nothing comes after it is aborted", async () => {
  const url = await play({ steps: [{ send: "data: 1\n\ndata: 2\n\n" }, "silence"] });
  await ours(url, { signal: AbortSignal.abort() });
  const controller = new AbortController();
  const data: string[] = [];
  await ours(url, {
    signal: controller.signal,
    onmessage: (message) => {
      data.push(message.data);
      controller.abort();
    },
  });
  expect(data).toEqual(["1"]);
  expect(await seen(url, { attempts: 1 })).toHaveLength(1);
});

describe("an abort ends it at once", () => {
  test("while it waits for the next attempt", async () => {
    const url = await play({ status: 503, steps: ["end"] });
    const controller = new AbortController();
    await ours(url, {
      signal: controller.signal,
      onerror: () => {
        controller.abort();
        return 3_600_000;
      },
    });
    expect(await seen(url, { attempts: 1 })).toHaveLength(1);
  });

  test("while the page is hidden", async () => {
    const url = await play({ steps: [...numbered(1), "silence"] });
    const controller = new AbortController();
    const ids: string[] = [];
    const reading = ours(url, { signal: controller.signal, onmessage: ({ id }) => ids.push(id) });
    await until(() => ids.length);
    setHidden(true);
    await seen(url, { closed: 1 });
    controller.abort();
    await reading;
    Reflect.deleteProperty(document, "hidden");
    expect(await seen(url, { attempts: 1 })).toHaveLength(1);
  });

  test("though the user's function does not heed the signal", async () => {
    const controller = new AbortController();
    const calls: string[] = [];
    const reading = ours("/never", {
      signal: controller.signal,
      fetch: () => {
        queueMicrotask(() => controller.abort());
        return new Promise(() => {});
      },
      onopen: async () => void calls.push("open"),
      onerror: () => void calls.push("error"),
    });
    await reading;
    expect(calls).toEqual([]);
  });
});

test("while a page is hidden, no attempt is made, though one was due", async () => {
  const url = await play({ status: 503, steps: ["end"] }, { steps: [...numbered(1), "end"] });
  const shown = new AbortController();
  const ids: string[] = [];
  const reading = ours(url, {
    onopen: async ({ status }) => {
      if (status !== 200) throw new RetriableError();
    },
    onmessage: ({ id }) => ids.push(id),
    onerror: () => {
      queueMicrotask(() => {
        setHidden(true);
        shown.abort();
      });
      return 1;
    },
  });
  await until(() => shown.signal.aborted);
  setHidden(false);
  await reading;
  Reflect.deleteProperty(document, "hidden");
  expect(ids).toEqual(["1"]);
});
