// @ts-check
import { EventSource } from "typed-eventsource";

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
