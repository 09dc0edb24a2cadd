// @ts-check

/** How far from its end a list may be scrolled and still counts as at its end, in pixels. */
const NEAR = 24;

/** A list that grows at its end, and stays there unless somebody has scrolled away. */
export class Scroll {
  #list;

  /** @param {HTMLElement} list */
  constructor(list) {
    this.#list = list;
  }

  /** @param {() => void} grow */
  keeping(grow) {
    const { scrollTop, scrollHeight, clientHeight } = this.#list;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    grow();
    if (isAtEnd) this.toEnd();
  }

  toEnd() {
    this.#list.scrollTop = this.#list.scrollHeight;
  }
}
