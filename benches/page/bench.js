// Runs the contenders in turn; the runner calls `bench` and reads what it returns.
import initNpm, { EventSource as Ours } from "/pkg/typed_eventsource.js";
import initRust, { typedListener } from "./rust/typed_eventsource_bench.js";

/** Counts events, and resolves with the milliseconds from the first one to the last. */
function stopwatch(count) {
  let seen = 0;
  let first = 0;
  let sum = 0;
  const { promise, resolve } = Promise.withResolvers();
  const take = (price) => {
    if (seen === 0) first = performance.now();
    seen += 1;
    sum += price.price;
    if (seen === count) resolve({ elapsed: performance.now() - first, sum });
  };
  return { take, promise };
}

async function raw(url, count) {
  const { take, promise } = stopwatch(count);
  const source = new EventSource(url);
  source.addEventListener("price", (event) => take(JSON.parse(event.data)));
  const { elapsed } = await promise;
  source.close();
  return elapsed;
}

async function npm(url, count) {
  const { take, promise } = stopwatch(count);
  const source = new Ours(url);
  source.on("price", ({ data }) => take(data));
  const { elapsed } = await promise;
  source.close();
  return elapsed;
}

const contenders = { raw, rust: typedListener, npm };

/** Plays so many rounds, after one that does not count, and turns the order around from round to round. */
globalThis.bench = async (url, count, rounds) => {
  await Promise.all([initNpm(), initRust()]);
  const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let round = -1; round < rounds; round += 1) {
    const order = Object.keys(contenders);
    if (round % 2 === 0) order.reverse();
    for (const name of order) {
      const elapsed = await contenders[name](url, count);
      if (round >= 0) times[name].push(elapsed);
    }
  }
  return times;
};
