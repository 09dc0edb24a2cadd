// The functions that the runner calls, for one contender at a time.
import { listeners } from "./contenders.js";
import { memory as npmMemory } from "./contenders/ours.js";
import { firstEvents } from "./first-event.js";
import { parse } from "./parsers.js";
import initRust, * as rust from "./rust/typed_eventsource_bench.js";
import * as javascript from "./tasks.js";
import { withTinyChunks } from "./tiny-chunks.js";

const rustWasm = await initRust();

window.tasks = {
  events,
  async delays(task) {
    const { contender, url, name, count } = task;
    const listen = listeners[contender];
    return Array.from(await (listen ? javascript.delays(listen, task) : rust.delays(contender, url, name, count)));
  },
  cycles(task) {
    const { contender, url, name, count } = task;
    const listen = listeners[contender];
    return listen ? javascript.cycles(listen, task) : rust.cycles(contender, url, name, count);
  },
  tinyChunks: (task) => withTinyChunks(task, () => events(task)),
  firstEvents: (task) => firstEvents(task, collectGarbage),
  /** The page's memory in bytes, without garbage. */
  async memory() {
    await collectGarbage();
    return {
      heap: performance.memory.usedJSHeapSize,
      npm: npmMemory(),
      rust: rustWasm.memory.buffer.byteLength,
    };
  },
  parse,
  collectGarbage,
};

function events(task) {
  const { contender, url, name, payload, count } = task;
  const listen = listeners[contender];
  if (contender === "bytes") return javascript.bytes(task);
  return listen ? javascript.events(listen, task) : rust.events(contender, url, name, payload, count);
}

/**
 * Collects garbage outside of any script, since the stack of a script would keep objects alive. The second collection takes
 * what the first has released.
 */
async function collectGarbage() {
  for (let times = 0; times < 2; times += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    await gc({ type: "major", execution: "async" });
  }
}
