// The turns in which sources let other tasks run.

import { onTestFinished, vi } from "vitest";

/** Lets no source go on after a turn of other tasks, until the function that this returns is called. */
export function holdTurns(): () => void {
  let held: (() => void)[] | undefined = [];
  const Real = MessageChannel;
  vi.stubGlobal(
    "MessageChannel",
    class {
      #real = new Real();
      port1 = this.#real.port1;
      port2 = {
        postMessage: () => {
          const send = () => this.#real.port2.postMessage(undefined);
          if (held) held.push(send);
          else send();
        },
      };
    },
  );
  onTestFinished(() => void vi.unstubAllGlobals());
  return () => {
    held?.forEach((send) => send());
    held = undefined;
  };
}
