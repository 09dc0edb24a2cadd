// Where a page and its workers play the scenarios of a subject.

const WORKER = new URL("worker.js", import.meta.url);

/** What is not as it should be anywhere, as text. All places have their turn at once: most of the time they wait. */
export async function compareEverywhere(...order) {
  const complaints = await Promise.all(
    ["window", "worker", "shared worker"].map(async (scope) => {
      const complaints = await compareIn(scope, order);
      return complaints.map((complaint) => `in a ${scope}: ${complaint}`);
    }),
  );
  return complaints.flat().join("\n");
}

async function compareIn(scope, order) {
  if (scope === "window") {
    const { compare } = await import("./compare.js");
    return compare(...order);
  }
  const isShared = scope === "shared worker";
  const worker = isShared ? new SharedWorker(WORKER, { type: "module" }) : new Worker(WORKER, { type: "module" });
  const port = isShared ? worker.port : worker;
  return new Promise((resolve, reject) => {
    worker.onerror = ({ message }) => reject(new Error(`the worker does not start: ${message}`));
    port.onmessage = ({ data }) => {
      if (data.error) reject(new Error(data.error));
      else resolve(data.complaints);
    };
    port.postMessage(order);
  });
}
