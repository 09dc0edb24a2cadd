// @ts-check
import { EventSource } from "../../pkg/index.js";
import { array, boolean, number, object, optional, string } from "../schema.js";

const player = object({ id: string, name: string, score: number, here: boolean });

const schemas = {
  welcome: object({ you: string }),
  field: object({
    round: number,
    width: number,
    height: number,
    mines: number,
    cells: string, // a character for each cell: what the players see of it
    over: boolean,
  }),
  players: object({ players: array(player) }),
  played: object({ id: string, name: string, did: string, cell: optional(number), points: number }),
  bye: object({ text: string }),
};

/**
 * What the server sends: the names of its events, and the data of each.
 *
 * @typedef {import("../schema.js").Feed<typeof schemas>} Feed
 */

/**
 * Joins the game. A move is sent by a POST, and the stream tells its effect to all.
 *
 * @param {import("../session.js").Options & { client: string, name: string }} options
 * @param {import("../panels/game.js").GamePanel} panel
 */
export function openGame({ client, name, lastEventId, signal }, panel) {
  const query = new URLSearchParams({ client, name, lastEventId });

  /** @type {EventSource<Feed>} */
  const source = new EventSource(`/demo/game?${query}`, {
    schemas,
    policy: { preset: "resilient", backoff: { initial: 1_500, max: 6_000 } },
    resumeParameter: "lastEventId",
    terminalEvent: "bye",
    signal,
  });

  source.on("welcome", ({ data }) => panel.welcome(data));
  source.on("field", ({ data }) => panel.field(data));
  source.on("players", ({ data }) => panel.players(data.players));
  source.on("played", ({ data }) => panel.played(data));
  source.on("bye", ({ data }) => panel.notice(data.text));

  return source;
}
