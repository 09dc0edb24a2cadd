// The answer of a language model, which ends.

import { EventSource } from "typed-eventsource";

const words =
  "Sunlight holds all colours. Air scatters the short waves, the blue ones, far more than the long ones, so blue comes from everywhere.";

/** The recorded events, a name and the data of each; what is not JSON is the end. */
export const events = [
  ...words.split(/(?<= )/).map((content) => /** @type {const} */ (["message", { choices: [{ delta: { content } }] }])),
  /** @type {const} */ (["message", "[DONE]"]),
];

/** @typedef {{ message: { choices: [{ delta: { content?: string } }] } }} Feed */

/** The pieces of the answer are shown in one line. */
export const isText = true;

/** @type {import("./page.js").Watch} */
export async function watch(url, { opened, show, showState }) {
  /** @type {EventSource<Feed>} */
  const source = new EventSource(url, {
    transport: "fetch",
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ messages: [{ role: "user", content: "Why is the sky blue?" }], stream: true }),
    terminalData: "[DONE]",
    policy: "close-on-error",
  });
  source.onState(showState);
  opened(source);
  try {
    for await (const { data } of source.events("message")) show(data.choices[0].delta.content ?? "");
  } catch (error) {
    show(` … it breaks off here: ${error}`);
  }
}
