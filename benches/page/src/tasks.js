// What each contender in JavaScript is asked to do; those in Rust have the same in tasks.rs.

/** Something of a value that only who parsed it can know, so that no parsing can be skipped. */
const weigh = {
  price: ({ price }) => price,
  large: ({ text }) => text.length,
  lines: ({ lines }) => lines.length,
};

/** Hears so many events of one name. */
export async function events(listen, { url, name, payload, count }) {
  const weight = weigh[payload];
  const start = performance.now();
  let sum = 0;
  const last = await hear(listen, url, name, count, (value) => (sum += weight(value)));
  return { elapsed: last - start, sum };
}

/** Hears so many ticks; for each the milliseconds since it was sent. */
export async function delays(listen, { url, name, count }) {
  const delays = [];
  await hear(listen, url, name, count, ({ sent }) => {
    delays.push(performance.timeOrigin + performance.now() - sent / 1000);
  });
  return delays;
}

/** Opens, hears one event and closes, so many times over; the milliseconds of it all. */
export async function cycles(listen, { url, name, count }) {
  const start = performance.now();
  // A URL for each, since sources of one URL open at a bounded rate.
  for (let done = 0; done < count; done += 1) await hear(listen, `${url}#${done}`, name, 1, () => {});
  return performance.now() - start;
}

/** Listens until so many events were there, then closes; the time of the last one. */
async function hear(listen, url, name, count, each) {
  let seen = 0;
  let close;
  const last = await new Promise((resolve, reject) => {
    const take = (value) => {
      if (seen < count) each(value);
      seen += 1;
      if (seen === count) resolve(performance.now());
    };
    close = listen(url, name, take, reject);
  });
  close();
  return last;
}

/** Reads a stream to its end and makes nothing of it: the limit of all that goes through fetch. */
export async function bytes({ url }) {
  const start = performance.now();
  const { body } = await fetch(url, { cache: "no-store" });
  // Into the same memory again and again, the fastest way there is.
  const reader = body.getReader({ mode: "byob" });
  let room = new ArrayBuffer(512 * 1024);
  let sum = 0;
  for (;;) {
    const { done, value } = await reader.read(new Uint8Array(room));
    if (done) return { elapsed: performance.now() - start, sum };
    sum += value.length;
    room = value.buffer;
  }
}
