// The agent of AG-UI, whose events have the id of the run in the first one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { HttpAgent } from "@ag-ui/client";
import { resilientFetch } from "typed-eventsource/resilient-fetch";
import { QUICK, TEXT, WORDS, cuttingServer, event } from "./cutting-server.js";

const EVENTS = [
  event({ type: "RUN_STARTED", threadId: "t", runId: "r" }),
  event({ type: "TEXT_MESSAGE_START", messageId: "1", role: "assistant" }),
  ...WORDS.map((delta) => event({ type: "TEXT_MESSAGE_CONTENT", messageId: "1", delta })),
  event({ type: "TEXT_MESSAGE_END", messageId: "1" }),
  event({ type: "RUN_FINISHED", threadId: "t", runId: "r" }),
];

const ask = cuttingServer((run, { method, path }, response) => {
  const [, from] = /^\/runs\/r\?from=(\d+)$/.exec(path) ?? [];
  if (method === "POST" || from) run.answer(response, {}, Number(from ?? 0));
  else response.writeHead(404).end();
});

test("a run of AG-UI is whole wherever it is cut, with one POST", async () => {
  await ask(EVENTS, async (url, run) => {
    const fetch = resilientFetch({
      ...QUICK,
      isTerminal: ({ data }) => /"type":"RUN_(FINISHED|ERROR)"/.test(data),
      repeats: "nothing",
      request: ({ firstEvent, events }) => ({ url: `${url}/runs/${firstEvent ? JSON.parse(firstEvent.data).runId : "r"}?from=${events}` }),
    });
    const agent = new HttpAgent({ url, threadId: "t", fetch });
    agent.messages = [{ id: "0", role: "user", content: "Why?" }];
    await agent.runAgent({ runId: "r" });
    assert.equal(agent.messages.at(-1).content, TEXT);
    assert.equal(run.requests.POST, 1);
  });
});
