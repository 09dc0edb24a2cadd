// The clock of the sources under test, which tests can stop and advance.

const dateNow = Date.now;
let advanced = 0;

export function stopClock() {
  const [stoppedAt, date] = [performance.now(), Date.now()];
  advanced = 0;
  performance.now = () => stoppedAt + advanced;
  Date.now = () => date;
}

export function advanceClock(milliseconds) {
  advanced += milliseconds;
}

export function startClock() {
  delete performance.now;
  Date.now = dateNow;
}
