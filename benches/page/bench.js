// The contenders, one at a time, as the runner calls them.
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

await Promise.all([initNpm(), initRust()]);

/** Each takes the URL of a stream and how many events are on it. */
window.contenders = { raw, rust: typedListener, npm };
