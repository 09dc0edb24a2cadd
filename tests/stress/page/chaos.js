// Follows chaotic streams to their ends, many at a time.
import { EventSource } from "/pkg/index.js";
import { Collector } from "./collector.js";
import * as rust from "./rust/typed_eventsource_stress.js";

/** What was told of the streams that have ended, until the runner takes it. */
let reports = [];
const unfinished = new Set();

/** Begins to follow streams, so many of them at a time. */
export function begin({ tasks, concurrency }) {
  for (const { name } of tasks) unfinished.add(name);
  const left = tasks.values();
  for (let number = 0; number < concurrency; number += 1) work(left);
}

/** What has ended since this was asked before, and how many have not. */
export function take() {
  const taken = reports;
  reports = [];
  return { reports: taken, unfinished: [...unfinished] };
}

async function work(tasks) {
  for (const task of tasks) {
    const told = task.client === "rust" ? JSON.parse(await rust.follow(JSON.stringify(task))) : await follow(task);
    unfinished.delete(task.name);
    reports.push({ name: task.name, ...told });
  }
}

/** What the client in JavaScript was told until the server said that it was done; that in Rust has the same. */
async function follow(task) {
  const source = open(task);
  const collector = new Collector();
  for (const name of ["tick", "message"]) source.on(name, (event) => collector.event(event));
  source.on("bad", () => {});
  source.onGap((gap) => collector.gap(gap));
  source.onError((error) => {
    // Others are of the connection, and expected.
    if (error.code !== "decode") return;
    if (error.event.type === "bad") collector.undecoded += 1;
    else collector.fault(error.message);
  });
  const { type, error } = await source.closed;
  if (type !== "finished") collector.fault(`${type}: ${error}`);
  return collector.told();
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

/** @param {import("/pkg/index.js").FailureContext} situation */
function reopening({ error }) {
  if (error.code === "connection-lost") return { type: "reopen", after: 10 };
}
