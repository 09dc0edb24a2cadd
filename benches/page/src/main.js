// The functions that the runner calls.
import { clients } from "./contenders.js";
import { memory as npmMemory } from "./contenders/ours.js";
import { firstEvents } from "./first-event.js";
import { parse } from "./parsers.js";
import initRust, * as rust from "./rust/typed_eventsource_bench.js";
import * as javascript from "./tasks.js";
import { withTinyChunks } from "./tiny-chunks.js";

const rustWasm = await initRust();

// Contenders that are not among the clients are in Rust.
window.tasks = {
  events,
  async latencies(task) {
    const { contender, url, name, count } = task;
    const open = clients[contender];
    return Array.from(await (open ? javascript.latencies(open, task) : rust.latencies(contender, url, name, count)));
  },
  timeCycles(task) {
    const { contender, url, name, count } = task;
    const open = clients[contender];
    return open ? javascript.timeCycles(open, task) : rust.timeCycles(contender, url, name, count);
  },
  tinyChunks: (task) => withTinyChunks(task, () => events(task)),
  firstEvents: (task) => firstEvents(task, collectGarbage),
  /** The page's memory in bytes, without garbage. */
  async memory() {
    await collectGarbage();
    return {
      heap: performance.memory.usedJSHeapSize,
      npmWasm: npmMemory(),
      rustWasm: rustWasm.memory.buffer.byteLength,
    };
  },
  parse,
  collectGarbage,
};

function events(task) {
  const { contender, url, name, payload, count } = task;
  const open = clients[contender];
  if (contender === "bytes") return javascript.bytes(task);
  return open ? javascript.events(open, task) : rust.events(contender, url, name, payload, count);
}

/**
 * Collects garbage outside of any script, since the stack of a script would keep objects alive. The second collection frees
 * what became unreachable only by the first.
 */
async function collectGarbage() {
  for (let times = 0; times < 2; times += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    await gc({ type: "major", execution: "async" });
  }
}
