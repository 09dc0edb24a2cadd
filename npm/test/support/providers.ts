// The events that servers of language models and of tools send.

/** An event: its data in JSON, unless that is text already. */
const event = (data: unknown, name?: string, id?: string, end = "\n") =>
  [
    ...(name ? [`event: ${name}`] : []),
    ...(id ? [`id: ${id}`] : []),
    `data: ${typeof data === "string" ? data : JSON.stringify(data)}`,
    "",
    "",
  ].join(end);

const CHUNK = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "a-model", system_fingerprint: "fp_1" };

const choice = (delta: object, finish_reason: string | null = null) =>
  event({ ...CHUNK, choices: [{ index: 0, delta, logprobs: null, finish_reason }], usage: null });

/** OpenAI's chat completions. Only OpenRouter sends the comment. */
export const chat = {
  start: `: PROCESSING\n\n${choice({ role: "assistant", content: "", refusal: null })}`,
  text: (content: string) => choice({ content }),
  end: (reason: string) =>
    choice({}, reason) +
    event({ ...CHUNK, choices: [], usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 } }) +
    event("[DONE]"),
  failure: (message: string) => event({ error: { message, type: "server_error", param: null, code: null } }),
};

const PLACE = { item_id: "msg_1", output_index: 0, content_index: 0 };

const typed = (type: string, more: object, sequence_number = 0) => event({ type, sequence_number, ...more }, type);

/** OpenAI's Responses API. */
export const responses = {
  start: [
    typed("response.created", { response: { id: "resp_1", object: "response", status: "in_progress", output: [] } }),
    typed("response.in_progress", { response: { id: "resp_1", object: "response", status: "in_progress", output: [] } }, 1),
    typed("response.output_item.added", { output_index: 0, item: { id: "msg_1", type: "message", status: "in_progress", content: [] } }, 2),
    typed("response.content_part.added", { ...PLACE, part: { type: "output_text", text: "", annotations: [] } }, 3),
  ].join(""),
  text: (delta: string) => typed("response.output_text.delta", { ...PLACE, delta, logprobs: [] }, 4),
  end: (status: "completed" | "incomplete" | "failed", more: object = {}) =>
    typed("response.output_text.done", { ...PLACE, text: "…" }, 8) +
    typed("response.content_part.done", { ...PLACE, part: { type: "output_text", text: "…", annotations: [] } }, 9) +
    typed("response.output_item.done", { output_index: 0, item: { id: "msg_1", type: "message", status } }, 10) +
    typed(`response.${status}`, { response: { id: "resp_1", object: "response", status, ...more } }, 11),
  failure: (message: string) => typed("error", { code: "server_error", message, param: null }, 5),
};

/** Anthropic's Messages API. */
export const messages = {
  start: [
    typed("message_start", {
      message: { id: "msg_1", type: "message", role: "assistant", content: [], stop_reason: null, usage: { input_tokens: 9 } },
    }),
    typed("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
    typed("ping", {}),
  ].join(""),
  text: (text: string) => typed("content_block_delta", { index: 0, delta: { type: "text_delta", text } }),
  input: (partial_json: string) => typed("content_block_delta", { index: 1, delta: { type: "input_json_delta", partial_json } }),
  end: (stop_reason: string) =>
    typed("content_block_stop", { index: 0 }) +
    typed("message_delta", { delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 2 } }) +
    typed("message_stop", {}),
  failure: (type: string, message: string) => typed("error", { error: { type, message } }),
};

const generated = (more: object) => event({ usageMetadata: { promptTokenCount: 9 }, modelVersion: "a-model", ...more }, "", "", "\r\n");

const candidate = (parts: object[], more: object = {}) =>
  generated({ candidates: [{ content: { parts, role: "model" }, index: 0, ...more }], responseId: "r1" });

/** Gemini's `streamGenerateContent?alt=sse`. */
export const gemini = {
  thought: (text: string) => candidate([{ text, thought: true }]),
  text: (text: string) => candidate([{ text }]),
  end: (finishReason: string) => candidate([{ text: "" }], { finishReason }),
  refusal: (blockReason: string) => generated({ promptFeedback: { blockReason } }),
  failure: (message: string) => event({ error: { code: 503, message, status: "UNAVAILABLE" } }, "", "", "\r\n"),
};

/** A UI message stream of the AI SDK. */
export const ui = {
  start: event({ type: "start", messageId: "m1" }) + event({ type: "text-start", id: "0" }),
  text: (delta: string) => event({ type: "text-delta", id: "0", delta }),
  end: (finishReason: string) => event({ type: "text-end", id: "0" }) + event({ type: "finish", finishReason }) + event("[DONE]"),
  failure: (errorText: string) => event({ type: "error", errorText }),
};

const RUN = { threadId: "t1", runId: "r1" };

/** A run of TanStack AI, each of whose events has an id. */
export const agent = {
  start: event({ type: "RUN_STARTED", ...RUN }, "", "r1@0") + event({ type: "TEXT_MESSAGE_START", messageId: "m1" }, "", "r1@1"),
  text: (delta: string, offset: number) => event({ type: "TEXT_MESSAGE_CONTENT", messageId: "m1", delta }, "", `r1@${offset}`),
  end: (finishReason: string, offset: number) => event({ type: "RUN_FINISHED", ...RUN, finishReason }, "", `r1@${offset}`),
  failure: (message: string, offset: number) => event({ type: "RUN_ERROR", message }, "", `r1@${offset}`),
};

/** MCP's Streamable HTTP. */
export const mcp = {
  /** An event with nothing but an id, after which a client can continue. */
  id: (id: string) => event("", "", id),
  progress: (progress: number, id?: string) =>
    event({ jsonrpc: "2.0", method: "notifications/progress", params: { progressToken: 1, progress, total: 2 } }, "message", id),
  result: (result: unknown, id?: string) => event({ jsonrpc: "2.0", id: 1, result }, "message", id),
  error: (message: string) => event({ jsonrpc: "2.0", id: 1, error: { code: -32602, message } }, "message"),
};
