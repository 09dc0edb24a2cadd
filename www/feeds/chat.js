// @ts-check
import { EventSource } from "../../pkg/index.js";
import { array, number, object, string } from "../schema.js";

const person = object({ id: string, name: string });

const schemas = {
  welcome: object({ you: string }),
  said: object({ id: string, name: string, text: string, time: number }),
  joined: person,
  left: person,
  renamed: object({ id: string, name: string, was: string }),
  present: object({ people: array(person) }),
  bye: object({ text: string }),
};

/**
 * What the server sends: the names of its events, and the data of each.
 *
 * @typedef {import("../schema.js").Feed<typeof schemas>} Feed
 */

/**
 * Joins the room. A message is sent by a POST.
 *
 * @param {import("../session.js").Options & { client: string, name: string }} options
 * @param {import("../panels/chat.js").ChatPanel} panel
 */
export function openChat({ client, name, lastEventId, signal }, panel) {
  const query = new URLSearchParams({ client, name, lastEventId });

  /** @type {EventSource<Feed>} */
  const source = new EventSource(`/demo/chat?${query}`, {
    schemas,
    policy: { preset: "resilient", backoff: { initial: 1_500, max: 6_000 } },
    resumeParameter: "lastEventId", // a reconnection asks for what was said meanwhile
    terminalEvent: "bye",
    signal,
  });

  source.on("welcome", ({ data }) => panel.welcome(data));
  source.on("said", ({ data, lastEventId }) => panel.said(data, lastEventId));
  source.on("joined", ({ data }) => panel.notice(`${data.name} has joined`));
  source.on("left", ({ data }) => panel.notice(`${data.name} has left`));
  source.on("renamed", ({ data }) => panel.notice(`${data.was} is now ${data.name}`));
  source.on("present", ({ data }) => panel.present(data.people));
  source.on("bye", ({ data }) => panel.notice(data.text));

  return source;
}
