// @ts-check
// A paragraph that comes sentence by sentence.

import { EventSource } from "typed-eventsource";

const query = new URLSearchParams(location.search);
const url = query.get("stream") ?? "/events";
const transport = query.get("transport") === "fetch" ? "fetch" : "browser";
const policy = query.get("policy") === "resilient" ? "resilient" : "close-on-error";
const [paragraph, status] = document.querySelectorAll("p");

try {
  const source = new EventSource(url, { transport, policy, parse: "text", terminalEvent: "done" });
  source.on("message", ({ data }) => paragraph.append(`${data} `));
  source.onState(({ type }) => (status.textContent = type === "open" ? "Listening…" : "Connecting…"));
  source.onError(({ message }) => console.warn(message));
  const reason = await source.closed;
  status.textContent = reason.type === "policy" ? `It breaks off here: ${reason.error.message}` : "That was all.";
} catch (error) {
  status.textContent = `This page needs a newer browser, one with server-sent events (${error}).`;
}
