// A tab that follows the stream of numbered events. What its browser should be without is in the hash of its URL.

/** The errors by which a source says that its connection is gone, which the runner has caused. */
const EXPECTED = ["connection-lost", "suspended"];

/** From which time on each time without events is told, in milliseconds. */
const TOLD_FROM = 1000;

/** What the runner has not taken yet. */
let events, lost, repeated, longest, arrival, silences, faults;
/** The number of the last event. */
let last;
/** When there was a sign of life: the last event, or the arrival. */
let since = performance.now();
/** Whether the next event is the first one since the arrival. */
let hasArrived = true;
/** Whether the tab is, or soon will be, one from which no events are expected: frozen, suspended, or not shown. */
let isAway = false;
let source;

function reset() {
  [events, lost, repeated, longest, arrival, silences, faults] = [0, 0, 0, 0, 0, [], []];
}

function note(number) {
  events += 1;
  if (last !== undefined && number !== last + 1) {
    if (number > last) lost += number - last - 1;
    else repeated += 1;
    addFault(`${number} came after ${last}`);
  }
  last = number;
  const silence = performance.now() - since;
  if (!isAway && !hasArrived && silence > TOLD_FROM) silences.push(`${Math.round(silence)} ms up to ${now()}`);
  measure();
  since = performance.now();
  if (!isAway) hasArrived = false;
}

function measure() {
  if (isAway) return;
  const silence = performance.now() - since;
  if (hasArrived) arrival = Math.max(arrival, silence);
  else longest = Math.max(longest, silence);
}

const now = () => `${Date.now()} (${source?.role})`;

const addFault = (fault) => faults.push(`${fault}, at ${now()}`);

window.tab = {
  /** What the tab has heard since this was called last, and how it is. */
  take() {
    measure();
    const taken = { events, lost, repeated, longest, arrival, silences, faults, loadedAt: performance.timeOrigin };
    reset();
    return taken;
  },
  leave() {
    isAway = true;
  },
  arrive() {
    [isAway, hasArrived, since] = [false, true, performance.now()];
  },
};

reset();
addEventListener("error", ({ message }) => addFault(message));
addEventListener("unhandledrejection", ({ reason }) => addFault(String(reason)));
const missing = location.hash.slice(1).split(",");
if (missing.includes("SharedWorker")) delete globalThis.SharedWorker;
if (missing.includes("locks")) Object.defineProperty(navigator, "locks", { value: undefined });
// The package looks for them when it is imported.
const { EventSource } = await import("/pkg/index.js");
// The connection is lost often, and the wait is not what is tested.
const policy = { preset: "resilient", backoff: { initial: 50, max: 200 } };
source = new EventSource("/clock", { shared: "tabs", transport: "fetch", policy });
source.on("message", ({ data }) => note(data));
source.onError(({ code, message }) => EXPECTED.includes(code) || addFault(`${code}: ${message}`));
