// Many events, many sources, and slow consumers.
import { EventSource } from "/pkg/index.js";
import { wasm as npmWasm } from "/pkg/init.js";
import * as rust from "./rust/typed_eventsource_stress.js";

/** How many sources are open at a time, since a browser has six connections to a server. */
const AT_A_TIME = 5;

/** @param {WebAssembly.Memory} rustMemory */
export const begin = (rustMemory) => ({
  open,
  heard,
  close,
  cycles: ({ client, ...task }) => (client === "rust" ? rust.cycles(JSON.stringify(task)) : cycles(task)),
  slow: async ({ client, ...task }) => (client === "rust" ? JSON.parse(await rust.slow(JSON.stringify(task))) : slow(task)),
  /** The wasm memories in pages of 64 KiB, and the number of timers that are set, which prepare.js counts. */
  gauges: () => ({ npm: pages(npmWasm.memory), rust: pages(rustMemory), timers: window.timersSet() }),
  /** The memory in use, in KiB, read directly after a collection of garbage. Only Chromium tells it. */
  memory() {
    for (let times = 0; times < 3; times += 1) gc();
    return performance.memory.usedJSHeapSize / 1024 + 64 * (pages(npmWasm.memory) + pages(rustMemory));
  },
});

const pages = (memory) => memory.buffer.byteLength / 65536;

/** The source of many events. */
let flood;

function open({ client, ...task }) {
  flood = client === "rust" ? new rust.Flood(JSON.stringify(task)) : new Flood(task);
}

/** How many events were heard in the order in which they were sent, and how many faults there were. */
function heard() {
  return { heard: flood.heard(), faults: flood.faults() };
}

function close() {
  flood.free();
  flood = undefined;
}

class Flood {
  #heard = 0;
  #faults = 0;
  #source;

  constructor({ url, transport, round }) {
    this.#source = new EventSource(url, { transport });
    this.#source.on("price", ({ data: { n } }) => {
      if (n === this.#heard % round) this.#heard += 1;
      else this.#faults += 1;
    });
    this.#source.onError(() => (this.#faults += 1));
  }

  heard() {
    return this.#heard;
  }

  faults() {
    return this.#faults;
  }

  free() {
    this.#source.close();
  }
}

/** Opens a source, hears one event in every possible way, and closes the source, `count` times. */
async function cycles({ count, ...task }) {
  for (let left = count; left > 0; left -= AT_A_TIME) {
    await Promise.all(Array.from({ length: Math.min(left, AT_A_TIME) }, (_, index) => cycle(task, left - index)));
  }
}

/** Opens, hears and closes one source. Each has a different URL, since sources of one URL open at a bounded rate. */
async function cycle({ url, transport }, number) {
  const source = new EventSource(`${url}#${number}`, {
    transport,
    policy: { preset: "resilient", idle: { after: 60_000, then: "reopen" } },
  });
  source.onState(() => source.state);
  source.onError(() => source.state);
  source.addEventListener("price", () => source.state);
  const event = new Promise((resolve) => source.on("price", resolve));
  const events = source.events("price");
  await event;
  source.close();
  for await (const { data } of events) void data.n;
}

/** Consumes a flood slowly, and returns how many events arrived, were received and were dropped. */
async function slow({ url, transport, capacity, whenFull, pace }) {
  const source = new EventSource(url, { transport, queue: { capacity, whenFull }, terminalEvent: "done" });
  let arrived = 0;
  let received = 0;
  let overflows = 0;
  let faults = 0;
  let ended = "finished";
  source.on("price", () => (arrived += 1));
  source.onError(({ code }) => {
    if (code === "queue-overflow") overflows += 1;
    else faults += 1;
  });
  const events = source.events("price");
  try {
    for await (const _ of events) {
      received += 1;
      if (source.readyState !== EventSource.CLOSED) await new Promise((resolve) => setTimeout(resolve, pace));
    }
  } catch ({ code }) {
    ended = code;
  }
  return { arrived, received, dropped: events.dropped, overflows, faults, ended };
}
