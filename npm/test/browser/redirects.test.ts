// Where redirects lead. Firefox keeps the connection of a request that was redirected, also after the request was aborted, until the
// server sends something.

import { expect, test } from "vitest";
import { forget, ignore, isFirefox, next, open, play, seen } from "../support/streams.ts";

const redirectTo = (url: string) => ({ status: 307, headers: [["location", url]] as [string, string][] });

test("Firefox goes straight to where a redirect has led", async () => {
  const target = await play({ steps: [{ send: "data: 1\n\n" }, "silence"] });
  const url = await play(redirectTo(target));
  for (let count = 0; count < 3; count += 1) {
    const source = open(url, { transport: "fetch" });
    await next(source);
    source.close();
  }
  const [requests, closed] = isFirefox ? [1, 2] : [3, 3];
  expect(await seen(url, {})).toHaveLength(requests);
  expect(await seen(target, { closed })).toHaveLength(3);
  await forget(target);
});

test.each([404, 204])("a redirect may lead elsewhere once its target answers with %i", async (status) => {
  const first = await play({ steps: [{ send: "retry: 10\ndata: 1\n\n" }, "end"] }, { status });
  const second = await play({ steps: [{ send: "data: 2\n\n" }, "silence"] });
  const source = open(await play(redirectTo(first), redirectTo(second)), { transport: "fetch" });
  source.onError(ignore);
  expect(await next(source)).toMatchObject({ data: 1 });
  expect(await next(source)).toMatchObject({ data: 2 });
  source.close();
  await forget(second);
});
