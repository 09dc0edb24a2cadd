// @ts-check
import { EventSource } from "typed-eventsource";

/** @param {"browser" | "fetch"} transport @param {(number: number) => void} show */
export function watchNews(transport, show) {
  /** @type {EventSource<{ news: { number: number } }>} */
  const source = new EventSource("/news", {
    transport,
    policy: { preset: "resilient", idle: { after: 2_500, then: "close" } },
  });
  source.on("news", ({ data }) => show(data.number));
  return source;
}

/**
 * @param {string} prompt
 * @param {() => Promise<string>} token
 * @param {(token: string) => void} show
 */
export async function complete(prompt, token, show) {
  /** @type {EventSource<{ message: { token: string } }>} */
  const source = new EventSource("/completions", {
    transport: "fetch",
    method: "POST",
    headers: async () => ({ Authorization: `Bearer ${await token()}`, "Content-Type": "application/json" }),
    body: JSON.stringify({ prompt }),
    terminalData: "[DONE]",
    policy: {
      givenUp: "reopen",
      retryStatuses: [401], // the token may have expired: ask for another, and try again
      resendRefused: true, // a refused request has cost nothing; a response that breaks off is not asked for again
      backoff: { initial: 100, maxAttempts: 3 },
    },
  });
  for await (const { data } of source.events("message")) show(data.token);
}
