// Holds sources that let other tasks run: they wait for a message of a `MessageChannel`, which is sent when the test says so. The
// tests of both languages use this.

const Real = globalThis.MessageChannel;
let held;

export function holdTurns() {
  held = [];
  globalThis.MessageChannel = class {
    #real = new Real();
    port1 = this.#real.port1;
    port2 = {
      postMessage: () => {
        const send = () => this.#real.port2.postMessage(undefined);
        if (held) held.push(send);
        else send();
      },
    };
  };
}

export function letTurnsEnd() {
  globalThis.MessageChannel = Real;
  const sends = held ?? [];
  held = undefined;
  for (const send of sends) send();
}
