// Plays the attacks of a hostile server, and measures how responsive the page stays and how much the wasm memory grows.
import { EventSource } from "/pkg/index.js";
import { wasm as npmWasm } from "/pkg/init.js";
import * as rust from "./rust/typed_eventsource_stress.js";

/** @param {WebAssembly.Memory} rustMemory */
export const begin = (rustMemory) => ({
  async attack({ client, ...task }) {
    const isRust = client === "rust";
    const memory = () => (isRust ? rustMemory : npmWasm.memory).buffer.byteLength / 65536;
    const before = memory();
    const turns = new TurnTimer();
    const report = isRust ? JSON.parse(await rust.attack(JSON.stringify(task))) : await attack(task);
    return { ...report, longest: turns.end(), pages: memory() - before };
  },
});

/** Measures the longest time between two turns of the page's event loop, in milliseconds. `end` returns it. */
class TurnTimer {
  #longest = 0;
  #last = performance.now();
  #channel = new MessageChannel();

  constructor() {
    const { port1, port2 } = this.#channel;
    port1.onmessage = () => {
      this.#measure();
      port2.postMessage(0);
    };
    port2.postMessage(0);
  }

  end() {
    this.#channel.port1.close();
    this.#measure();
    return this.#longest;
  }

  #measure() {
    const now = performance.now();
    this.#longest = Math.max(this.#longest, now - this.#last);
    this.#last = now;
  }
}

/** Follows a stream to its end, or for `wait` milliseconds, and returns the outcome. The client in Rust does the same. */
async function attack({ url, transport, parse, idle, wait }) {
  const policy = idle ? { idle: { after: idle, then: "close" } } : {};
  const source = new EventSource(url, { transport, parse, policy, resumeParameter: "after" });
  let heard = 0;
  let error = "";
  source.on("message", () => (heard += 1));
  source.onError(({ code }) => (error = code));
  const ends = [
    source.closed.then(({ type }) => (type === "policy" ? "closed" : type)),
    new Promise((resolve) => source.on("end", () => resolve("ended"))),
    new Promise((resolve) => setTimeout(resolve, wait, "not-closed")),
  ];
  const start = performance.now();
  const outcome = await Promise.race(ends);
  const took = performance.now() - start;
  source.close();
  return { outcome, error, heard, took };
}
