// The client of the Model Context Protocol, whose server goes on by GET, from the last event id.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { CallToolResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { resilientFetch } from "typed-eventsource/resilient-fetch";
import { QUICK, TEXT, WORDS, cuttingServer, event } from "./cutting-server.js";

/** From the first event on there is an id to go on from. This is the answer to the second request of the client, which is the call of a tool. */
const EVENTS = [
  "id: 0\ndata:\n\n",
  ...WORDS.map((message, number) => {
    const params = { progressToken: 1, progress: number + 1, message };
    return event({ jsonrpc: "2.0", method: "notifications/progress", params }, `id: ${number + 1}\n`);
  }),
  event({ jsonrpc: "2.0", id: 1, result: { content: [] } }, "id: 201\n"),
];

const RESULTS = { initialize: { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo: { name: "s", version: "1" } } };

const ask = cuttingServer((run, { method, headers, body }, response) => {
  const id = headers["last-event-id"];
  if (body?.method === "tools/call") run.answer(response);
  else if (id) run.answer(response, {}, Number(id) + 1);
  else if (body?.method in RESULTS) {
    run.requests.POST -= 1;
    response.writeHead(200, { "Content-Type": "application/json", "Mcp-Session-Id": "s1" });
    response.end(JSON.stringify({ jsonrpc: "2.0", id: body.id, result: RESULTS[body.method] }));
  } else if (method === "POST") {
    run.requests.POST -= 1;
    response.writeHead(202).end();
  } else response.writeHead(405).end();
});

test("what a tool of MCP tells is whole wherever it is cut, with one POST", async () => {
  await ask(
    EVENTS,
    async (url, run) => {
      const fetch = resilientFetch({
        ...QUICK,
        isTerminal: ({ data }) => data !== "" && "result" in JSON.parse(data),
        request: ({ lastEventId }) => (lastEventId ? {} : undefined),
      });
      const client = new Client({ name: "c", version: "1" });
      await client.connect(new StreamableHTTPClientTransport(new URL(url), { fetch }));
      let text = "";
      const onprogress = ({ message }) => (text += message);
      await client.callTool({ name: "t", arguments: {} }, CallToolResultSchema, { onprogress });
      await client.close();
      assert.equal(text, TEXT);
      assert.equal(run.requests.POST, 1);
    },
    EVENTS[0].length,
  );
});
