// A `fetch` of the user that ignores the signal it is given, as simple wrappers and mocks do.

import { EventSource } from "typed-eventsource";
import { expect, onTestFinished, test, vi } from "vitest";
import { encode } from "../support/cut-fetch.ts";

const answer = (body: ReadableStream, status = 200) => new Response(body, { status, headers: { "Content-Type": "text/event-stream" } });

function open(fetch: () => Promise<Response>, init?: { accept: () => boolean }) {
  const source = new EventSource("http://prices.test/", { transport: "fetch", fetch, ...init });
  onTestFinished(() => source.close());
  return source;
}

test.each(["close", "pause"] as const)("the body of its response is cancelled by `%s`", async (name) => {
  const cancel = vi.fn();
  const source = open(async () => answer(new ReadableStream({ start: (body) => body.enqueue(encode("data: 1\n\n")), cancel })));
  await new Promise((resolve) => source.on("message", resolve));
  source[name]();
  expect(cancel).toHaveBeenCalledOnce();
});

test("a response that comes after the end is cancelled, and nobody is asked about it", async () => {
  const accept = vi.fn(() => true);
  let respond!: (response: Response) => void;
  const fetch = vi.fn(() => new Promise<Response>((resolve) => (respond = resolve)));
  const source = open(fetch, { accept });
  await vi.waitFor(() => expect(fetch).toHaveBeenCalled());
  source.close();
  await new Promise<void>((resolve) => respond(answer(new ReadableStream({ cancel: () => resolve() }))));
  expect(accept).not.toHaveBeenCalled();
});

test("a refusal is told although its body does not end, and the body is cancelled", async () => {
  const cancel = vi.fn();
  const source = open(async () => answer(new ReadableStream({ start: (body) => body.enqueue(encode("no")), cancel }), 500));
  const error = await new Promise((resolve) => source.onError(resolve));
  expect(error).toMatchObject({ code: "status", status: 500, body: "no" });
  expect(cancel).toHaveBeenCalledOnce();
});
