// The turns in which sources let other tasks run.

import { onTestFinished } from "vitest";
import { holdTurns as hold, letTurnsEnd } from "../../../tests/support/src/support.js";

/** Lets no source continue after a turn of other tasks, until the function that this returns is called, or the test has finished. */
export function holdTurns(): () => void {
  hold();
  onTestFinished(letTurnsEnd);
  return letTurnsEnd;
}
