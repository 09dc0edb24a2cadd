// @ts-check
import init, { EventSource } from "typed-eventsource";

await init();

/** @param {string} url @param {"browser" | "fetch"} transport @param {number} count */
export const openMany = (url, transport, count) =>
  Array.from({ length: count }, () => {
    const ticks = { source: new EventSource(url, { transport }), heard: 0 };
    ticks.source.on("tick", () => (ticks.heard += 1));
    return ticks;
  });
