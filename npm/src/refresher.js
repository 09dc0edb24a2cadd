// @ts-check
// A user's function that refreshes what servers refuse, such as a token. However many sources have it, it is called once at a time.

import { identityOf } from "./latest-function.js";

/** @type {WeakMap<Function, Refresher>} */
const refreshers = new WeakMap();

/** @param {() => unknown} refresh */
export function refresherOf(refresh) {
  const identity = identityOf(refresh);
  const refresher = refreshers.get(identity) ?? new Refresher(refresh);
  refreshers.set(identity, refresher);
  return refresher;
}

export class Refresher {
  #refresh;
  /** How many calls have succeeded. */
  count = 0;
  /** The call that has not ended. @type {Promise<void> | undefined} */
  call;

  /** @param {() => unknown} refresh */
  constructor(refresh) {
    this.#refresh = refresh;
  }

  /** Calls the function, unless a call has not ended. */
  run() {
    return (this.call ??= this.#run());
  }

  forget() {
    this.call = undefined;
  }

  async #run() {
    // By then the call is known as such.
    await undefined;
    const { call } = this;
    try {
      await this.#refresh.call(undefined);
      this.count += 1;
    } finally {
      if (this.call === call) this.forget();
    }
  }
}
