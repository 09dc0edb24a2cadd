// @ts-check
import { EventSource } from "../../pkg/index.js";
import { array, checked, number, object, string } from "../schema.js";

const person = object({ id: string, name: string });
const said = object({ id: string, name: string, text: string, time: number });

const schemas = {
  said,
  joined: person,
  left: person,
  renamed: object({ id: string, name: string, was: string }),
  present: object({ people: array(person) }),
  bye: object({ text: string }),
};

/** Who you are, who is present, and what was said lately. */
const recent = object({
  you: person,
  people: array(person),
  messages: array(object({ lastEventId: string, data: said })),
});

/**
 * What the server sends: the names of its events, and the data of each.
 *
 * @typedef {import("../schema.js").Feed<typeof schemas>} Feed
 */
/** @typedef {import("../schema.js").Output<typeof recent>} Recent */

/**
 * Joins the room. All tabs of this browser are one person.
 *
 * @param {{ client: string, name: string, signal: AbortSignal }} options
 * @param {import("../panels/chat.js").ChatPanel} panel
 */
export function openChat({ client, name, signal }, panel) {
  const query = new URLSearchParams({ client, name });

  /** @type {EventSource<Feed>} */
  const source = new EventSource(`/demo/chat?${query}`, {
    schemas,
    shared: "tabs",
    policy: { preset: "resilient", backoff: { initial: 1_500, max: 6_000 } },
    resumeParameter: "lastEventId", // a reconnection asks for what was said meanwhile
    terminalEvent: "bye",
    signal,
  });

  // A tab that joins an open connection receives only what is said from then on.
  source.addEventListener("open", () => void panel.catchUp(askForRecent(query, signal)));
  source.on("said", ({ data, lastEventId }) => panel.said(data, lastEventId));
  source.on("joined", ({ data }) => panel.notice(`${data.name} has joined`));
  source.on("left", ({ data }) => panel.notice(`${data.name} has left`));
  source.on("renamed", ({ data }) => panel.notice(`${data.was} is now ${data.name}`));
  source.on("present", ({ data }) => panel.present(data.people));
  source.on("bye", ({ data }) => panel.notice(data.text));

  return source;
}

/** @param {URLSearchParams} query @param {AbortSignal} signal */
async function askForRecent(query, signal) {
  const answer = await fetch(`/demo/chat/recent?${query}`, { signal });
  if (!answer.ok) throw new Error((await answer.text()).trim());
  return checked(recent, await answer.json());
}
