// The clock that sources go by, for tests to stop and to turn.

const { now } = Date;
let passed = 0;

export function stopClock() {
  const [then, day] = [performance.now(), Date.now()];
  passed = 0;
  performance.now = () => then + passed;
  Date.now = () => day;
}

export function turnClock(milliseconds) {
  passed += milliseconds;
}

export function startClock() {
  delete performance.now;
  Date.now = now;
}
