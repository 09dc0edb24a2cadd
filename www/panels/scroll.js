// @ts-check

/** How far from its end a list may be scrolled and still counts as at its end, in pixels. */
const NEAR = 24;

/** Keeps the end of a growing list in view, unless the user has scrolled up. */
export class Scroll {
  #list;

  /** @param {HTMLElement} list */
  constructor(list) {
    this.#list = list;
  }

  /**
   * Lets the list grow, then scrolls to its end if the end was in view before.
   *
   * @param {() => void} grow
   */
  keepEnd(grow) {
    const { scrollTop, scrollHeight, clientHeight } = this.#list;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    grow();
    if (isAtEnd) this.toEnd();
  }

  toEnd() {
    this.#list.scrollTop = this.#list.scrollHeight;
  }
}
