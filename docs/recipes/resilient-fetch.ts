// A `fetch` for clients that others wrote: an answer that breaks off goes on, with one POST.

import { resilientFetch } from "typed-eventsource/resilient-fetch";

/** For `new DefaultChatTransport({ fetch })` of the AI SDK: the route that resumes a chat sends its answer from the start. */
export const fetchOfChat = (api: string, chat: string) =>
  resilientFetch({
    terminalData: "[DONE]",
    request: () => ({ url: `${api}/${chat}/stream` }),
  });

/** For `new OpenAI({ fetch })`, and answers of the Responses API with `background: true`, which it keeps. */
export const fetchOfResponses = (api: string) =>
  resilientFetch({
    terminalEvent: ["response.completed", "response.incomplete", "response.failed", "error"],
    repeats: "nothing",
    request({ firstEvent, events }) {
      if (!firstEvent) return; // nothing has arrived, so nobody knows which answer it is
      const { id } = JSON.parse(firstEvent.data).response;
      return { url: `${api}/responses/${id}?stream=true&starting_after=${events - 1}` };
    },
  });

/** For `new StreamableHTTPClientTransport(url, { fetch })` of MCP: the server goes on from the last id. */
export const fetchOfMcp = () =>
  resilientFetch({
    isTerminal: ({ data }) => data !== "" && /"(result|error)"/.test(data) && "id" in JSON.parse(data),
    request: ({ lastEventId }) => (lastEventId ? {} : undefined),
  });
