// Where redirects lead. Firefox keeps the connection of a request that was redirected until the server sends something, even if the
// request was aborted.

import { expect, test } from "vitest";
import { type Attempt, forget, ignore, isFirefox, next, open, play, seen } from "../support/streams.ts";

const redirectTo = (url: string): Attempt => ({ status: 307, headers: [["location", url]] });

const ending = (text: string): Attempt => ({ steps: [{ send: text }, "end"] });

const sending = (text: string): Attempt => ({ steps: [{ send: text }, "silence"] });

const policy = { preset: "resilient", backoff: { initial: 10 } } as const;

test("in Firefox a source goes straight to where a redirect has led it", async () => {
  const headers: Attempt["headers"] = [["content-type", "Text/Event-Stream; charset=utf-8"]];
  const target = await play(...[1, 2, 3].map((data) => ({ ...sending(`data: ${data}\n\n`), headers })));
  const url = await play(redirectTo(target));
  const source = open(url, { transport: "fetch", policy });
  source.onError(ignore);
  expect(await next(source)).toMatchObject({ data: 1 });
  for (const data of [2, 3]) {
    dispatchEvent(new Event("online"));
    expect(await next(source)).toMatchObject({ data });
  }
  source.close();
  // Firefox keeps the connection of the first request, as long as the server sends nothing.
  const [requests, closed] = isFirefox ? [1, 2] : [3, 3];
  expect(await seen(url, {})).toHaveLength(requests);
  expect(await seen(target, { closed })).toHaveLength(3);
  await forget(target);
});

test("a new source is led to where the redirect leads then", async () => {
  const targets = [await play(sending("data: 1\n\n")), await play(sending("data: 2\n\n"))];
  const url = await play(...targets.map(redirectTo));
  for (const data of [1, 2]) {
    const source = open(url, { transport: "fetch" });
    expect(await next(source)).toMatchObject({ data });
    source.close();
  }
  for (const target of targets) await forget(target);
});

/**
 * A source that a redirect has led to a first stream. At the next request that stream answers with `later`, and the redirect leads to
 * another stream.
 */
async function redirectedTwice(later: Attempt) {
  const first = await play(ending("retry: 10\ndata: 1\n\n"), later);
  const second = await play(sending("data: 2\n\n"));
  const start = await play(redirectTo(first), redirectTo(second));
  const source = open(start, { transport: "fetch", policy });
  const errors: { code: string; status?: number | undefined }[] = [];
  source.onError((error) => errors.push(error));
  expect(await next(source)).toMatchObject({ data: 1 });
  return { source, errors, start, first, second };
}

test.each<[string, Attempt]>([
  ["answers with 404", { status: 404 }],
  ["answers with a page", { headers: [["content-type", "text/html"]], steps: [{ send: "<p>" }, "silence"] }],
  ["resets the connection", { before: ["reset"] }],
])("a target that %s is left for the URL of the source", async (_, gone) => {
  const { source, errors, second } = await redirectedTwice(gone);
  expect(await next(source)).toMatchObject({ data: 2 });
  expect(errors).toMatchObject([{ code: "connection-lost" }]);
  source.close();
  await forget(second);
});

test.each([429, 500, 503])("after a target has answered with %i, no request follows at once", async (status) => {
  const { source, errors, start, first, second } = await redirectedTwice({ status });
  expect(await next(source)).toMatchObject({ data: 2 });
  expect(errors.slice(1)).toMatchObject(isFirefox ? [{ code: "status", status }] : []);
  expect(await seen(first, {})).toHaveLength(isFirefox ? 2 : 1);
  expect(await seen(start, {})).toHaveLength(2);
  source.close();
  await forget(second);
});

test("a target that has finished finishes the source", async () => {
  const { source, start, second } = await redirectedTwice({ status: 204 });
  if (isFirefox) {
    expect(await source.closed).toEqual({ type: "finished" });
    expect(await seen(start, {})).toHaveLength(1);
  } else {
    expect(await next(source)).toMatchObject({ data: 2 });
    source.close();
    await forget(second);
  }
});

test("a target that does not answer is not asked again", async () => {
  const { source, first, second } = await redirectedTwice({ before: ["silence"] });
  if (isFirefox) {
    await seen(first, { attempts: 2 });
    dispatchEvent(new Event("online"));
  }
  expect(await next(source)).toMatchObject({ data: 2 });
  source.close();
  await forget(second);
});
