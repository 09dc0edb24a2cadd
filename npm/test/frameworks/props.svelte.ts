// Properties of a Svelte component that a test can change.

import type { Props } from "./contract.ts";

export function reactive(source: Props) {
  let current = $state.raw(source);
  return {
    get source() {
      return current;
    },
    set source(next: Props) {
      current = next;
    },
  };
}
