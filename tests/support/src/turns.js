// Holds up sources that let other tasks run. Such a source waits for a message of a `MessageChannel`; here the message is sent when
// the test says so. The tests of both languages use this.

const RealMessageChannel = globalThis.MessageChannel;
let held;

export function holdTurns() {
  held = [];
  globalThis.MessageChannel = class {
    #real = new RealMessageChannel();
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
  globalThis.MessageChannel = RealMessageChannel;
  const sends = held ?? [];
  held = undefined;
  for (const send of sends) send();
}
