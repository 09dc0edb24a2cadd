// A source ends with its block, and says why it has ended.

import { EventSource, type ResponseHead } from "typed-eventsource";

import { type Equal, expect } from "./equal.js";

export async function first() {
  using source = new EventSource<{ message: number }>("/");
  for await (const { data } of source.events("message")) return data;
  return undefined;
}

export async function why() {
  const source = new EventSource("/");
  source.onopen = ({ response }) => expect<Equal<typeof response, ResponseHead | undefined>>();
  const { state } = source;
  if (state.type === "open") expect<Equal<typeof state.response, ResponseHead | undefined>>();
  const reason = await source.closed;
  if (reason.type === "aborted") return String(reason.reason);
  return reason.type === "policy" ? reason.error.retryAfter : reason.type;
}
