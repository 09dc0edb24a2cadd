// OpenAI's client. Its Responses API keeps an answer, and goes on behind a number of an event.

import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI from "openai";
import { resilientFetch } from "typed-eventsource/resilient-fetch";
import { QUICK, TEXT, WORDS, cuttingServer, event } from "./cutting-server.js";

const RESPONSE = { id: "resp_1", object: "response", output: [] };

const EVENTS = [
  { type: "response.created", response: RESPONSE },
  ...WORDS.map((delta) => ({ type: "response.output_text.delta", delta })),
  { type: "response.completed", response: RESPONSE },
].map((data, number) => event({ ...data, sequence_number: number }, `event: ${data.type}\n`));

const CHUNKS = [...WORDS.map((content) => event({ choices: [{ index: 0, delta: { content } }] })), "data: [DONE]\n\n"];

const ask = cuttingServer((run, { method, path }, response) => {
  const [, after] = /^\/v1\/responses\/resp_1\?stream=true&starting_after=(-?\d+)$/.exec(path) ?? [];
  if (method === "POST") run.answer(response, { "X-Request-Id": "7" });
  else if (after) run.answer(response, {}, Number(after) + 1);
  else if (path === "/answers/7") run.answer(response);
  else response.writeHead(404).end();
});

const clientOf = (url, fetch) => new OpenAI({ apiKey: "key", baseURL: `${url}/v1`, fetch, maxRetries: 0 });

test("a response of OpenAI's is whole wherever it is cut, with one POST", async () => {
  await ask(EVENTS, async (url, run) => {
    const fetch = resilientFetch({
      ...QUICK,
      terminalEvent: ["response.completed", "response.incomplete", "response.failed", "error"],
      repeats: "nothing",
      request({ firstEvent, events }) {
        if (!firstEvent) return { url: `${url}/v1/responses/resp_1?stream=true&starting_after=-1` };
        const { id } = JSON.parse(firstEvent.data).response;
        return { url: `${url}/v1/responses/${id}?stream=true&starting_after=${events - 1}` };
      },
    });
    const stream = await clientOf(url, fetch).responses.create({ model: "m", input: "Why?", stream: true, background: true });
    let text = "";
    for await (const { type, delta } of stream) if (type === "response.output_text.delta") text += delta;
    assert.equal(text, TEXT);
    assert.equal(run.requests.POST, 1);
  });
});

test("a chat completion is whole wherever it is cut, if a proxy keeps it, with one POST", async () => {
  await ask(CHUNKS, async (url, run) => {
    const request = ({ response }) => ({ url: `${url}/answers/${response.headers["x-request-id"]}` });
    const fetch = resilientFetch({ ...QUICK, terminalData: "[DONE]", request });
    const messages = [{ role: "user", content: "Why?" }];
    const stream = await clientOf(url, fetch).chat.completions.create({ model: "m", messages, stream: true });
    let text = "";
    for await (const { choices } of stream) text += choices[0].delta.content;
    assert.equal(text, TEXT);
    assert.equal(run.requests.POST, 1);
  });
});
