// What a contender in JavaScript does in each task. `tasks.rs` has the same for those in Rust.

/** A number that only a contender that has parsed the value can know, so that none can skip parsing. */
const checksums = {
  price: ({ price }) => price,
  large: ({ text }) => text.length,
  lines: ({ lines }) => lines.length,
};

/** Receives `count` events of one name. */
export async function events(listen, { url, name, payload, count }) {
  const checksum = checksums[payload];
  const start = performance.now();
  let sum = 0;
  const last = await receive(listen, url, name, count, (value) => (sum += checksum(value)));
  return { elapsed: last - start, sum };
}

/** Receives `count` events that carry when they were sent. Returns for each the milliseconds since the server sent it. */
export async function latencies(listen, { url, name, count }) {
  const latencies = [];
  await receive(listen, url, name, count, ({ sent }) => {
    latencies.push(performance.timeOrigin + performance.now() - sent / 1000);
  });
  return latencies;
}

/** Opens a source, receives one event and closes the source, `count` times. Returns the milliseconds that this took. */
export async function timeCycles(listen, { url, name, count }) {
  const start = performance.now();
  // A URL for each, since sources of one URL open at a bounded rate.
  for (let done = 0; done < count; done += 1) await receive(listen, `${url}#${done}`, name, 1, () => {});
  return performance.now() - start;
}

/** Listens until `count` events have arrived, then closes the source. Returns the time of the last event. */
async function receive(listen, url, name, count, handle) {
  let seen = 0;
  let close;
  const last = await new Promise((resolve, reject) => {
    const take = (value) => {
      if (seen < count) handle(value);
      seen += 1;
      if (seen === count) resolve(performance.now());
    };
    close = listen(url, name, take, reject);
  });
  close();
  return last;
}

/** Reads a stream to its end and discards it: no client over fetch can be faster. */
export async function bytes({ url }) {
  const start = performance.now();
  const { body } = await fetch(url, { cache: "no-store" });
  // Reading always into the same memory is the fastest way.
  const reader = body.getReader({ mode: "byob" });
  let buffer = new ArrayBuffer(512 * 1024);
  let sum = 0;
  for (;;) {
    const { done, value } = await reader.read(new Uint8Array(buffer));
    if (done) return { elapsed: performance.now() - start, sum };
    sum += value.length;
    buffer = value.buffer;
  }
}
