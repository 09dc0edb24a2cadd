// @ts-check
import { byId } from "../dom.js";

/** @typedef {import("../../pkg/index.js").State} State */
/** @typedef {import("../../pkg/index.js").CloseReason} CloseReason */

/**
 * The reason why a source closed, as text.
 *
 * @param {CloseReason} reason
 */
export function reasonText(reason) {
  switch (reason.type) {
    case "finished":
      return "finished by the server";
    case "requested":
    case "aborted":
      return "as you asked";
    case "policy":
      return reason.error.message;
    case "dropped":
      return "nobody listens any more";
  }
}

/** The badge that shows the state of the source. */
export class Badge {
  #badge = byId("badge");
  #state = byId("badge-state");
  #more = byId("badge-more");
  #bar = byId("badge-bar");
  /** @type {State | undefined} */
  #shown;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #ticking;

  /** @param {State | undefined} state undefined if no source was opened yet */
  show(state) {
    if (state === this.#shown && state) return;
    this.#shown = state;
    clearInterval(this.#ticking);
    this.#badge.dataset.state = state?.type ?? "idle";
    this.#bar.style.transform = "scaleX(0)";
    this.#more.textContent = "";
    this.#state.textContent = this.#words(state);
    if (state?.type === "waiting") this.#countDown(state.retryIn);
  }

  /** @param {State | undefined} state */
  #words(state) {
    switch (state?.type) {
      case undefined:
        return "Not open yet";
      case "connecting":
        return "Connecting";
      case "open":
        return "Open";
      case "waiting":
        return `Waiting, attempt ${state.attempt}`;
      case "offline":
        return `Offline, attempt ${state.attempt}`;
      case "paused":
        return "Paused";
      case "closed":
        return `Closed: ${reasonText(state.reason)}`;
    }
  }

  /**
   * Counts down if the length of the wait is known. Nobody knows how long the browser's own source waits.
   *
   * @param {number | undefined} retryIn
   */
  #countDown(retryIn) {
    if (retryIn === undefined) {
      this.#more.textContent = "by the browser";
      return;
    }
    const end = performance.now() + retryIn;
    const tick = () => {
      const left = Math.max(0, end - performance.now());
      this.#more.textContent = `in ${(left / 1000).toFixed(1)} s`;
      this.#bar.style.transform = `scaleX(${retryIn > 0 ? left / retryIn : 0})`;
    };
    tick();
    this.#ticking = setInterval(tick, 100);
  }
}
