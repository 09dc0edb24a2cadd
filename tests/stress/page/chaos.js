// Follows chaotic streams to their ends, many at the same time.
import { EventSource } from "/pkg/index.js";
import { Collector } from "./collector.js";
import * as rust from "./rust/typed_eventsource_stress.js";

/** The reports of streams that have ended, until the runner takes them. */
let reports = [];
const unfinished = new Set();

/** Begins to follow streams, `concurrency` of them at a time. */
export function begin({ tasks, concurrency }) {
  for (const { name } of tasks) unfinished.add(name);
  const remaining = tasks.values();
  for (let number = 0; number < concurrency; number += 1) followRemaining(remaining);
}

/** Takes the reports since the last call, and the names of the streams that have not ended. */
export function take() {
  const taken = reports;
  reports = [];
  return { reports: taken, unfinished: [...unfinished] };
}

/** Follows one of the remaining streams after another. All callers share the iterator. */
async function followRemaining(tasks) {
  for (const task of tasks) {
    const report = task.client === "rust" ? JSON.parse(await rust.follow(JSON.stringify(task))) : await follow(task);
    unfinished.delete(task.name);
    reports.push({ name: task.name, ...report });
  }
}

/** Follows a stream until the server has finished, and returns the report. The client in Rust does the same. */
async function follow(task) {
  const source = open(task);
  const collector = new Collector();
  for (const name of ["tick", "message"]) source.on(name, (event) => collector.addEvent(event));
  // The data of `bad` does not decode. A source decodes only events that have a listener.
  source.on("bad", () => {});
  source.onGap((gap) => collector.addGap(gap));
  source.onError((error) => {
    // Errors of the connection are expected.
    if (error.code !== "decode") return;
    if (error.event.type === "bad") collector.undecoded += 1;
    else collector.addFault(error.message);
  });
  const { type, error } = await source.closed;
  if (type !== "finished") collector.addFault(`${type}: ${error}`);
  return collector.report();
}

function open({ url, transport, deduplicate, resumes, idle, opening }) {
  const options = {
    transport,
    policy: {
      preset: "resilient",
      backoff: { initial: 10, max: 200 },
      idle: { after: idle, then: "reopen" },
      opening: { after: opening, then: "reopen" },
    },
    terminalEvent: "done",
  };
  if (transport === "browser" || resumes === "parameter") options.resumeParameter = "lastEventId";
  if (transport === "browser" && resumes === "parameter") options.policy.rule = reopening;
  if (deduplicate) options.deduplicate = deduplicate;
  return new EventSource(url, options);
}

/** Reopens in place of the browser, whose own reconnection would not set the parameter. @param {import("/pkg/index.js").FailureContext} context */
function reopening({ error }) {
  if (error.code === "connection-lost") return { type: "reopen", after: 10 };
}
