// @ts-check
import init, { EventSource } from "typed-eventsource";

await init();

/**
 * @param {string} server
 * @param {"browser" | "fetch"} transport
 * @param {boolean} withCredentials
 */
export function openLetters(server, transport, withCredentials) {
  /** @type {EventSource<{ letter: { text: string } }>} */
  const source = new EventSource(`${server}/letters`, { transport, withCredentials });
  return source;
}
