// The clock of the sources under test, which tests can stop and advance.

const { now } = Date;
let passed = 0;

export function stopClock() {
  const [then, day] = [performance.now(), Date.now()];
  passed = 0;
  performance.now = () => then + passed;
  Date.now = () => day;
}

export function advanceClock(milliseconds) {
  passed += milliseconds;
}

export function startClock() {
  delete performance.now;
  Date.now = now;
}
