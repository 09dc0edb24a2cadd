// @ts-check
import { EventSource } from "typed-eventsource";

/**
 * Opens `count` sources, and counts the events that each hears.
 *
 * @param {string} url @param {"browser" | "fetch"} transport @param {number} count
 */
export const openMany = (url, transport, count) =>
  Array.from({ length: count }, () => {
    const stream = { source: new EventSource(url, { transport }), heard: 0 };
    stream.source.on("tick", () => (stream.heard += 1));
    return stream;
  });
