// @ts-check
import { EventSource } from "typed-eventsource";

/** @typedef {"browser" | "fetch"} Transport */

/** @param {Transport} transport @param {(time: string) => void} show */
export function watchPings(transport, show) {
  /** @type {EventSource<{ ping: string }>} */
  const source = new EventSource("/ping", { transport, parse: "text" });
  source.on("ping", ({ data }) => show(data));
  return source;
}

/** @param {Transport} transport @param {(id: string, text: string) => void} show */
export async function count(transport, show) {
  /** @type {EventSource<{ number: string }>} */
  const source = new EventSource("/count", { transport, parse: "text", terminalEvent: "done" });
  for await (const { data, lastEventId } of source.events("number")) show(lastEventId, data);
  return source.closed;
}

/**
 * Plays these moves, each when it is its player's turn.
 *
 * @param {Transport} transport
 * @param {"X" | "O"} player
 * @param {number[]} squares
 * @param {(board: string) => void} show
 */
export async function play(transport, player, squares, show) {
  /** @type {EventSource<{ position: { board: string, turn: string }, over: { winner: string | null } }>} */
  const source = new EventSource("/stream", { transport, terminalEvent: "over" });
  source.on("position", ({ data: { board, turn } }) => {
    show(board);
    if (turn === player && squares.length > 0) move(player, squares.shift());
  });
  for await (const { data } of source.events("over")) return data.winner;
}

/** @param {string} player @param {number | undefined} square */
export const move = (player, square) =>
  fetch("/game", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ player, square }),
  });

/** @param {Transport} transport */
export async function receiveBinary(transport) {
  /** @type {EventSource<{ picture: Uint8Array<ArrayBuffer>, report: Uint8Array<ArrayBuffer> }>} */
  const source = new EventSource("/binary", {
    transport,
    parse: (data) => Uint8Array.from(atob(data), (character) => character.charCodeAt(0)),
  });
  let picture;
  for await (const { type, data } of source.events("picture", "report")) {
    if (type === "picture") {
      picture = data;
      continue;
    }
    source.close();
    const inflated = new Blob([data]).stream().pipeThrough(new DecompressionStream("gzip"));
    const report = await new Response(inflated).json();
    return { picture, report };
  }
}
