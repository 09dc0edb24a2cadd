// Plays the scenarios of a subject on the page and in its workers.

const WORKER = new URL("worker.js", import.meta.url);

/** The unexpected differences in all scopes, as text. All scopes play at the same time, since they mostly wait. */
export async function compareEverywhere(...subjectAndOrigin) {
  const complaints = await Promise.all(
    ["window", "worker", "shared worker"].map(async (scope) => {
      const complaints = await compareIn(scope, subjectAndOrigin);
      return complaints.map((complaint) => `in a ${scope}: ${complaint}`);
    }),
  );
  return complaints.flat().join("\n");
}

async function compareIn(scope, subjectAndOrigin) {
  if (scope === "window") {
    const { compare } = await import("./compare.js");
    return compare(...subjectAndOrigin);
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
    port.postMessage(subjectAndOrigin);
  });
}
