// The client of graphql-sse, before a server whose events have ids.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient } from "graphql-sse";
import { resilientFetch } from "typed-eventsource/resilient-fetch";
import { QUICK, TEXT, WORDS, cuttingServer, event } from "./cutting-server.js";

const EVENTS = [
  ...WORDS.map((word, number) => event({ data: { word } }, `event: next\nid: ${number + 1}\n`)),
  "event: complete\nid: 201\ndata:\n\n",
];

const ask = cuttingServer((run, { method, headers }, response) => {
  const id = Number(headers["last-event-id"] ?? 0);
  // It sends the event with the last id again.
  if (method === "POST" || id) run.answer(response, {}, Math.max(id - 1, 0));
  else run.answer(response);
});

test("a subscription is whole wherever it is cut, with one POST", async () => {
  await ask(EVENTS, async (url, run) => {
    const fetchFn = resilientFetch({ ...QUICK, terminalEvent: "complete", request: () => ({}) });
    const client = createClient({ url, fetchFn, retryAttempts: 0 });
    let text = "";
    for await (const { data } of client.iterate({ query: "subscription { word }" })) text += data.word;
    assert.equal(text, TEXT);
    assert.equal(run.requests.POST, 1);
  });
});
