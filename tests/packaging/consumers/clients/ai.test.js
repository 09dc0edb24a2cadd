// The chat transport of the AI SDK. Its server keeps the answer, and sends all of it again to a GET, as `resumable-stream` does.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DefaultChatTransport, readUIMessageStream } from "ai";
import { resilientFetch } from "typed-eventsource/resilient-fetch";
import { QUICK, TEXT, WORDS, cuttingServer, event } from "./cutting-server.js";

const EVENTS = [
  event({ type: "start", messageId: "1" }),
  event({ type: "text-start", id: "0" }),
  ...WORDS.map((delta) => event({ type: "text-delta", id: "0", delta })),
  event({ type: "text-end", id: "0" }),
  event({ type: "finish" }),
  "data: [DONE]\n\n",
];

const ask = cuttingServer((run, { method, path }, response) => {
  if (method === "POST" ? path === "/api/chat" : path === "/api/chat/c1/stream")
    run.answer(response, { "X-Vercel-AI-UI-Message-Stream": "v1" });
  else response.writeHead(404).end();
});

test("an answer of the AI SDK is whole wherever it is cut, with one POST", async () => {
  const messages = [{ id: "0", role: "user", parts: [{ type: "text", text: "Why?" }] }];
  await ask(EVENTS, async (url, run) => {
    const fetch = resilientFetch({ ...QUICK, terminalData: "[DONE]", request: () => ({ url: `${url}/api/chat/c1/stream` }) });
    const transport = new DefaultChatTransport({ api: `${url}/api/chat`, fetch });
    const stream = await transport.sendMessages({ chatId: "c1", trigger: "submit-message", messages });
    let message;
    for await (message of readUIMessageStream({ stream, terminateOnError: true }));
    assert.equal(message.parts.map(({ text }) => text).join(""), TEXT);
    assert.equal(run.requests.POST, 1);
  });
});
