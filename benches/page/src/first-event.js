// The time to the first event in a fresh document.

/**
 * Measures so many pairs of documents, one after the other. Returns for each the milliseconds to the first handler: `cold` from the
 * first import, with nothing cached, and `warm` from where the modules, which the browser knows, are loaded and the source is opened.
 */
export async function firstEvents({ module, wasm, count, ...source }, collectGarbage) {
  const times = [];
  for (let done = 0; done < count; done += 1) {
    await collectGarbage();
    const cold = await firstEvent({ module: unknown(module), wasm: wasm && unknown(wasm), ...source });
    await collectGarbage();
    const warm = await firstEvent({ module, wasm, ...source });
    times.push({ cold: cold.received - cold.start, warm: warm.received - warm.opened });
  }
  return times;
}

let urls = 0;

/** A URL under which nothing is cached. */
function unknown(url) {
  urls += 1;
  return `${url}?${urls}`;
}

/** Opens a source in a fresh document. Returns at which times what happened. */
async function firstEvent(task) {
  const frame = document.createElement("iframe");
  // What an app in Rust calls has to be of the frame.
  frame.srcdoc = `<!doctype html><script>
    var load = (module) => import(module);
    var compile = (wasm) => WebAssembly.compileStreaming(fetch(wasm));
    var start = (app, module) => app.initSync({ module });
  </script>`;
  document.body.append(frame);
  await new Promise((resolve) => (frame.onload = resolve));
  const times = await (task.wasm ? openApp : openSource)(frame.contentWindow, task);
  frame.remove();
  return times;
}

/** A contender in JavaScript. */
async function openSource(frame, { module, listen, url, name }) {
  const start = performance.now();
  const client = await frame.load(module);
  const opened = performance.now();
  const received = await new Promise((resolve, reject) => {
    client[listen](url, name, () => resolve(performance.now()), reject);
  });
  return { start, opened, received };
}

/** One of the smallest apps in Rust, which open a source as they start, and log its events. */
async function openApp(frame, { module, wasm }) {
  const receiving = new Promise((resolve) => (frame.console.log = () => resolve(performance.now())));
  const start = performance.now();
  const [app, compiled] = await Promise.all([frame.load(module), frame.compile(wasm)]);
  const opened = performance.now();
  frame.start(app, compiled);
  return { start, opened, received: await receiving };
}
