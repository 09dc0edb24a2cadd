// Mock Service Worker in place of the network: its streams reach a source by the global `fetch`, and by a wrapper of that.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { http, HttpResponse, sse } from "msw";
import { setupServer } from "msw/node";
import { EventSource } from "typed-eventsource";

const url = "http://feed.test/prices";
before(() => {
  // Without one, as in Node.js, `sse` refuses to work.
  globalThis.EventSource ??= EventSource;
  // Of a newer Node.js, it needs no more here.
  Promise.withResolvers ??= () => {
    const resolvers = {};
    resolvers.promise = new Promise((resolve, reject) => Object.assign(resolvers, { resolve, reject }));
    return resolvers;
  };
});

/** Mocks the network up to the end of the test. */
function mock(t, ...handlers) {
  const server = setupServer(...handlers);
  server.listen({ onUnhandledRequest: "error" });
  t.after(() => server.close());
}

/** What a source hears of the mocked stream, up to its end, and why it has closed. */
async function heardBy(init) {
  const source = new EventSource(url, { transport: "fetch", terminalEvent: "bye", ...init });
  const heard = [];
  source.on("price", ({ data, lastEventId }) => heard.push([data, lastEventId]));
  source.onError(({ code }) => heard.push(code));
  const { type } = await source.closed;
  return [...heard, type];
}

/** A wrapper that adds a token, as an interceptor does. */
const withToken = (url, init) => fetch(url, { ...init, headers: { ...init.headers, Authorization: "Bearer 1" } });

for (const [name, init] of [
  ["the global `fetch`", {}],
  ["a wrapper", { fetch: withToken }],
]) {
  test(`a source hears the events of \`sse\` by ${name}`, async (t) => {
    mock(
      t,
      sse(url, ({ client, request }) => {
        const token = request.headers.get("Authorization") ?? "none";
        client.send({ event: "price", id: "1", data: JSON.stringify(token) });
        client.send({ event: "price", id: "2", data: "2.5" });
        client.send({ event: "bye", data: "null" });
      }),
    );
    const token = init.fetch ? "Bearer 1" : "none";
    assert.deepEqual(await heardBy(init), [[token, "1"], [2.5, "2"], "finished"]);
  });
}

test("a source posts once to a mocked server and goes on by GET", async (t) => {
  const requests = [];
  const stream = (text) => new HttpResponse(text, { headers: { "Content-Type": "text/event-stream" } });
  mock(
    t,
    http.post(url, async ({ request }) => {
      requests.push(["POST", await request.text()]);
      return stream("retry: 1\nid: 1\nevent: price\ndata: 1\n\n");
    }),
    http.get(`${url}/resumed`, ({ request }) => {
      requests.push(["GET", request.headers.get("Last-Event-ID")]);
      return stream("id: 2\nevent: price\ndata: 2\n\nevent: bye\ndata: null\n\n");
    }),
  );
  const request = ({ number }) => (number === 1 ? {} : { method: "GET", url: `${url}/resumed` });
  const heard = await heardBy({ method: "POST", body: "why?", request });
  assert.deepEqual(heard, [[1, "1"], "connection-lost", [2, "2"], "finished"]);
  assert.deepEqual(requests, [
    ["POST", "why?"],
    ["GET", "1"],
  ]);
});

test("a refusal of a mocked server is one", async (t) => {
  mock(
    t,
    http.get(url, () => new HttpResponse("no", { status: 403 })),
  );
  assert.deepEqual(await heardBy({ policy: "close-on-error", fetch: withToken }), ["status", "policy"]);
});
