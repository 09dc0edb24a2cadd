// The functions that the runner calls, for one contender at a time.
import initNpm from "/pkg/index.js";
import { wasm as npmWasm } from "/pkg/init.js";
import initRust, * as rust from "./rust/typed_eventsource_bench.js";
import { listeners } from "./contenders/index.js";
import { parse } from "./parsers.js";
import * as javascript from "./tasks.js";

const [, rustWasm] = await Promise.all([initNpm(), initRust()]);

window.tasks = {
  events(task) {
    const { contender, url, name, payload, count } = task;
    const listen = listeners[contender];
    if (contender === "bytes") return javascript.bytes(task);
    return listen ? javascript.events(listen, task) : rust.events(contender, url, name, payload, count);
  },
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
  /** The page's memory in bytes, without garbage. */
  async memory() {
    await collectGarbage();
    return {
      heap: performance.memory.usedJSHeapSize,
      npm: npmWasm.memory.buffer.byteLength,
      rust: rustWasm.memory.buffer.byteLength,
    };
  },
  parse,
  collectGarbage,
};

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
